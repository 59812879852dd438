package dev.homing.app.subscription;

import dev.homing.activities.subscription.Subscription;
import dev.homing.app.problem.Problem;
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
 * Parses subscriptions as callers send them.
 *
 * <p>A subscription that was read can be sent back: fields that only Homing sets are ignored if
 * they are unchanged.
 */
@Component
class SubscriptionReader {
  private static final String SIGNATURE_SCHEME = "signature_scheme";

  /** Without the secret, which is shown only once. */
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

  /** Parses a new subscription. */
  SubscriptionRequest created(ObjectNode body) {
    refuseNull(body, "enabled", "must be true or false");
    return read(body, SubscriptionRequest.class);
  }

  /** Parses a replacement of all fields that callers set. */
  SubscriptionRequest replaced(Subscription before, ObjectNode body) {
    return read(changes(before, body), SubscriptionRequest.class);
  }

  /** Parses a merge patch into the whole changed subscription. */
  SubscriptionRequest merged(Subscription before, ObjectNode patch) {
    return read(
        mergePatch.apply(before.terms(), changes(before, patch)), SubscriptionRequest.class);
  }

  /** Parses a rotation. Refuses a null grace period: it could mean none, and would be a day. */
  RotationRequest rotation(ObjectNode body) {
    refuseNull(body, "grace_period", "must be a duration like 0 or 1d; leave it out for one day");
    return read(body, RotationRequest.class);
  }

  private static void refuseNull(ObjectNode body, String field, String detail) {
    if (body.path(field).isNull()) {
      throw Problem.invalid(field, detail);
    }
  }

  /** The request without the fields that only Homing sets. */
  private ObjectNode changes(Subscription before, ObjectNode sent) {
    refuseNull(sent, "enabled", "must be true or false");
    if (sent.hasNonNull("secret")) {
      throw Problem.invalid("secret", "can only be changed with POST /subscriptions/{id}/rotate");
    }
    ObjectNode shown = json.valueToTree(SubscriptionView.of(before));
    ObjectNode rest = sent.deepCopy();
    rest.remove("dropped"); // From the response to an earlier change.
    rest.remove("standing"); // It changes by itself.
    List<Problem.FieldError> errors = new ArrayList<>();
    for (String field : SET_BY_HOMING) {
      JsonNode value = rest.remove(field);
      if (value != null && !isUnchanged(value, shown.path(field))) {
        errors.add(new Problem.FieldError(field, advice(field)));
      }
    }
    if (!errors.isEmpty()) {
      throw Problem.invalid(errors);
    }
    return rest;
  }

  /** Null equals a field that is not shown, and times may be written differently. */
  private static boolean isUnchanged(JsonNode sent, JsonNode shown) {
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
