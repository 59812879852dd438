package dev.homing.app.subscription;

import dev.homing.activities.subscription.Subscription;
import dev.homing.app.http.Problem;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Merges a JSON merge patch (RFC 7396) into a subscription. */
@Component
class MergePatch {
  private final JsonMapper json;

  MergePatch(JsonMapper json) {
    this.json = json;
  }

  /** The whole subscription as it would be then; throws a problem if it cannot be read. */
  SubscriptionRequest apply(Subscription.Terms terms, ObjectNode patch) {
    ObjectNode whole = json.valueToTree(request(terms));
    merge(whole, patch);
    try {
      return json.treeToValue(whole, SubscriptionRequest.class);
    } catch (JacksonException wrong) {
      throw Problem.unreadable(wrong);
    }
  }

  private static void merge(ObjectNode target, ObjectNode patch) {
    for (var field : patch.properties()) {
      JsonNode value = field.getValue();
      if (value.isNull()) {
        target.remove(field.getKey());
      } else if (value instanceof ObjectNode part
          && target.get(field.getKey()) instanceof ObjectNode into) {
        merge(into, part);
      } else {
        target.set(field.getKey(), value);
      }
    }
  }

  private static SubscriptionRequest request(Subscription.Terms terms) {
    HeaderFields fields = HeaderFields.of(terms);
    return new SubscriptionRequest(
        terms.url(),
        terms.eventTypes().stream().sorted().toList(),
        terms.description(),
        terms.enabled(),
        terms.metadata(),
        fields.headers(),
        fields.secretHeaders(),
        TlsFields.of(terms),
        new SubscriptionRequest.RetryRequest(
            terms.retry().maxAttempts(),
            terms.retry().initialInterval(),
            terms.retry().maxInterval()),
        terms.timeout(),
        null,
        null);
  }
}
