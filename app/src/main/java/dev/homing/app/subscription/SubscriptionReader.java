package dev.homing.app.subscription;

import dev.homing.activities.subscription.Subscription;
import dev.homing.app.http.Problem;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads a subscription as callers send it.
 *
 * <p>What was read can be sent back: fields that only Homing sets are ignored if they are as they
 * were shown.
 */
@Component
class SubscriptionReader {
  private static final String SIGNATURE_SCHEME = "signature_scheme";

  /** The secret is not among them: it is shown once. */
  private static final List<String> SET_BY_HOMING =
      List.of(
          "id",
          "disabled_reason",
          SIGNATURE_SCHEME,
          "created_at",
          "updated_at",
          "previous_secret_until",
          "public_key");

  private final JsonMapper json;
  private final MergePatch mergePatch;

  SubscriptionReader(JsonMapper json, MergePatch mergePatch) {
    this.json = json;
    this.mergePatch = mergePatch;
  }

  /** A new one. */
  SubscriptionRequest created(ObjectNode body) {
    refuseNull(body, "enabled", "must be true or false");
    return read(body, SubscriptionRequest.class);
  }

  /** All that its owner sets, anew. */
  SubscriptionRequest replaced(Subscription before, ObjectNode body) {
    return read(changes(before, body), SubscriptionRequest.class);
  }

  /** The whole of it, after the changes of a merge patch. */
  SubscriptionRequest merged(Subscription before, ObjectNode patch) {
    return read(
        mergePatch.apply(before.terms(), changes(before, patch)), SubscriptionRequest.class);
  }

  /** A null might be meant as no grace at all, and would be a day of it. */
  RotationRequest rotation(ObjectNode body) {
    refuseNull(body, "grace_period", "must be a duration like 0 or 1d; leave it out for one day");
    return read(body, RotationRequest.class);
  }

  private static void refuseNull(ObjectNode body, String field, String detail) {
    if (body.path(field).isNull()) {
      throw Problem.invalid(field, detail);
    }
  }

  /** What is sent to change it, without what only Homing sets. */
  private ObjectNode changes(Subscription before, ObjectNode sent) {
    refuseNull(sent, "enabled", "must be true or false");
    if (sent.hasNonNull("secret")) {
      throw Problem.invalid("secret", "can only be changed with POST /subscriptions/{id}/rotate");
    }
    ObjectNode shown = json.valueToTree(SubscriptionView.of(before));
    ObjectNode rest = sent.deepCopy();
    rest.remove("dropped"); // Of the answer to an earlier change.
    List<Problem.FieldError> errors = new ArrayList<>();
    for (String field : SET_BY_HOMING) {
      JsonNode value = rest.remove(field);
      if (value != null && !isAsShown(value, shown.path(field))) {
        errors.add(new Problem.FieldError(field, advice(field)));
      }
    }
    if (!errors.isEmpty()) {
      throw Problem.invalid(errors);
    }
    return rest;
  }

  /** Null is as good as not shown, and a time may be written in another way. */
  private static boolean isAsShown(JsonNode sent, JsonNode shown) {
    if (sent.isNull()) {
      return shown.isNull() || shown.isMissingNode();
    }
    Instant time = instant(sent);
    return sent.equals(shown) || (time != null && time.equals(instant(shown)));
  }

  private static @Nullable Instant instant(JsonNode text) {
    try {
      return text.isString() ? Instant.parse(text.stringValue()) : null;
    } catch (DateTimeException another) {
      return null;
    }
  }

  private static String advice(String field) {
    return field.equals(SIGNATURE_SCHEME)
        ? "can only be changed with POST /subscriptions/{id}/rotate"
        : "is set by Homing; leave it out or send it back unchanged";
  }

  private <T> T read(ObjectNode whole, Class<T> type) {
    try {
      return json.treeToValue(whole, type);
    } catch (JacksonException wrong) {
      throw Problem.unreadable(wrong);
    }
  }
}
