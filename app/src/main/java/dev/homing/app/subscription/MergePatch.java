package dev.homing.app.subscription;

import dev.homing.activities.subscription.Order;
import dev.homing.activities.subscription.Terms;
import dev.homing.app.http.JsonMerge;
import dev.homing.app.http.PaceFields;
import java.util.Set;
import java.util.TreeSet;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Applies JSON merge patches (RFC 7396) to subscriptions. */
@Component
class MergePatch {
  private final JsonMapper json;

  MergePatch(JsonMapper json) {
    this.json = json;
  }

  /** The whole subscription after the patch, in the form of a request to replace it. */
  ObjectNode apply(Terms terms, ObjectNode patch) {
    ObjectNode whole = json.valueToTree(request(terms));
    for (String headers : HeaderFields.NAMES) {
      if (whole.get(headers) instanceof ObjectNode before
          && patch.get(headers) instanceof ObjectNode changes) {
        removeIgnoringCase(before, changes);
      }
    }
    JsonMerge.merge(whole, patch);
    return whole;
  }

  /** Header names are case-insensitive: a change of x-token is one of X-Token. */
  private static void removeIgnoringCase(ObjectNode headers, ObjectNode changes) {
    Set<String> names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    names.addAll(changes.propertyNames());
    headers.remove(headers.propertyNames().stream().filter(names::contains).toList());
  }

  private static SubscriptionRequest request(Terms terms) {
    HeaderFields fields = HeaderFields.of(terms);
    return new SubscriptionRequest(
        terms.url(),
        terms.eventTypes().stream().sorted().toList(),
        terms.description(),
        terms.enabled(),
        terms.metadata(),
        terms.ordering().ordered(),
        Order.OnFailure.wordOf(terms.ordering().onFailure()),
        terms.ordering().maxBlock(),
        fields.headers(),
        fields.secretHeaders(),
        TlsFields.of(terms),
        new SubscriptionRequest.RetryRequest(
            terms.retry().maxAttempts(),
            terms.retry().initialInterval(),
            terms.retry().maxInterval()),
        terms.noRetryStatuses().stream().sorted().toList(),
        terms.timeout(),
        PaceFields.Rate.of(terms.pace()),
        terms.pace().maxInFlight(),
        null,
        null);
  }
}
