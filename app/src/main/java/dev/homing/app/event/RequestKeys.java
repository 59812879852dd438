package dev.homing.app.event;

import dev.homing.activities.event.KeyKind;
import dev.homing.app.http.StructuredString;
import dev.homing.app.problem.Problem;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A client's keys for its request and its event, which make a repeat harmless, and for its order.
 *
 * @param idempotencyKey the key of the request, as in the IETF draft <i>The Idempotency-Key HTTP
 *     Header Field</i>: a quoted string of RFC 9651, or the same without quotes; null: none sent
 * @param externalId the client's own name for the event; null: none sent
 * @param orderingKey ordered subscriptions receive events with the same key one after the other;
 *     null: none sent
 */
record RequestKeys(
    @Nullable String idempotencyKey, @Nullable String externalId, @Nullable String orderingKey) {
  static final String IDEMPOTENCY_KEY = "Idempotency-Key";
  static final String EVENT_ID = "Homing-Event-Id";
  static final String ORDERING_KEY = "Homing-Ordering-Key";

  private static final Pattern VISIBLE = Pattern.compile("[!-~]{1,255}");
  private static final Pattern ORDERING = Pattern.compile("[!-~]{1,128}");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");

  static RequestKeys of(HttpServletRequest request) {
    return new RequestKeys(idempotencyKey(request), externalId(request), orderingKey(request));
  }

  /** The header that carries a key of this kind. */
  static String header(KeyKind kind) {
    return switch (kind) {
      case IDEMPOTENCY -> IDEMPOTENCY_KEY;
      case EXTERNAL_ID -> EVENT_ID;
    };
  }

  private static @Nullable String idempotencyKey(HttpServletRequest request) {
    String given = only(request, IDEMPOTENCY_KEY);
    if (given == null) {
      return null;
    }
    String key = given.startsWith("\"") ? StructuredString.read(given).orElse("") : given;
    if (!VISIBLE.matcher(key).matches()) {
      throw Problem.malformed(
          IDEMPOTENCY_KEY
              + " must be 1 to 255 visible ASCII characters, with quotes on both sides or none.");
    }
    return key;
  }

  private static @Nullable String externalId(HttpServletRequest request) {
    String given = only(request, EVENT_ID);
    if (given != null && !NAME.matcher(given).matches()) {
      throw Problem.malformed(
          EVENT_ID + " must be 1 to 64 of letters, digits, dot, underscore and hyphen.");
    }
    return given;
  }

  private static @Nullable String orderingKey(HttpServletRequest request) {
    String given = only(request, ORDERING_KEY);
    if (given != null && !isOrderingKey(given)) {
      throw Problem.malformed(ORDERING_KEY + " must be 1 to 128 visible ASCII characters.");
    }
    return given;
  }

  static boolean isOrderingKey(String text) {
    return ORDERING.matcher(text).matches();
  }

  /** The single value of a header: with two it is unclear which one is meant. */
  private static @Nullable String only(HttpServletRequest request, String header) {
    List<String> all = Collections.list(request.getHeaders(header));
    if (all.size() > 1) {
      throw Problem.malformed("Send %s once.".formatted(header));
    }
    return all.isEmpty() ? null : all.getFirst().strip();
  }
}
