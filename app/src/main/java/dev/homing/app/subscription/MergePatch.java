package dev.homing.app.subscription;

import dev.homing.activities.subscription.Terms;
import java.util.Set;
import java.util.TreeSet;
import org.springframework.stereotype.Component;
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

  /** The whole subscription as it would be then, to be read like one that is sent as a whole. */
  ObjectNode apply(Terms terms, ObjectNode patch) {
    ObjectNode whole = json.valueToTree(request(terms));
    for (String headers : HeaderFields.NAMES) {
      if (whole.get(headers) instanceof ObjectNode before
          && patch.get(headers) instanceof ObjectNode changes) {
        removeNamed(before, changes);
      }
    }
    merge(whole, patch);
    return whole;
  }

  /** Names of headers know no case: a change of x-token is one of X-Token. */
  private static void removeNamed(ObjectNode headers, ObjectNode changes) {
    Set<String> names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    names.addAll(changes.propertyNames());
    headers.remove(headers.propertyNames().stream().filter(names::contains).toList());
  }

  private static void merge(ObjectNode target, ObjectNode patch) {
    for (var field : patch.properties()) {
      String name = field.getKey();
      JsonNode value = field.getValue();
      if (value.isNull()) {
        target.remove(name);
      } else if (value instanceof ObjectNode part) {
        merge(target.get(name) instanceof ObjectNode known ? known : target.putObject(name), part);
      } else {
        target.set(name, value);
      }
    }
  }

  private static SubscriptionRequest request(Terms terms) {
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
