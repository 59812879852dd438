package dev.homing.app.subscription;

import dev.homing.activities.routing.EventTypes;
import dev.homing.activities.subscription.DeliverySettings;
import dev.homing.activities.subscription.ReceiverUrl;
import dev.homing.activities.subscription.Terms;
import dev.homing.app.http.Problem;
import dev.homing.app.http.TextRules;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A subscription as its owner describes it; what is left out is as {@link #terms} says.
 *
 * @param headers that every request carries
 * @param secretHeaders whose values nobody may read; {@link Redacted} leaves one as it is
 * @param tls null: the usual
 * @param signatureScheme only when it is registered
 * @param secret only when it is registered
 */
record SubscriptionRequest(
    @Nullable String url,
    @Nullable List<String> eventTypes,
    @Nullable String description,
    @Nullable Boolean enabled,
    @Nullable Map<String, String> metadata,
    @Nullable Map<String, @Nullable String> headers,
    @Nullable Map<String, @Nullable String> secretHeaders,
    @Nullable TlsFields tls,
    @Nullable RetryRequest retry,
    @Nullable Duration timeout,
    @Nullable String signatureScheme,
    @Nullable String secret) {
  private static final int MOST_EVENT_TYPES = 50;
  private static final int MOST_NAMED = 5;
  private static final int MOST_METADATA = 50;
  private static final int LONGEST_METADATA = 500;

  /** Its own retry schedule; what is left out is as the settings say. */
  record RetryRequest(
      @Nullable Integer maxAttempts,
      @Nullable Duration initialInterval,
      @Nullable Duration maxInterval) {}

  SignatureScheme scheme() {
    return new SignatureScheme(signatureScheme, secret);
  }

  /** What it comes to; throws a problem with an entry for each field that cannot be. */
  Terms terms() {
    HeaderFields fields =
        new HeaderFields(
            headers == null ? Map.of() : headers, secretHeaders == null ? Map.of() : secretHeaders);
    List<Problem.FieldError> errors = new ArrayList<>(fields.errors());
    Terms terms =
        new Terms(
            url(errors),
            eventTypes(errors),
            TextRules.description(description, errors),
            enabled == null || enabled,
            metadata(errors),
            fields.shown(),
            fields.secret(),
            tls(errors),
            retry(errors),
            seconds("timeout", timeout, DeliverySettings.LONGEST_TIMEOUT, errors));
    errors.addAll(scheme().errors());
    if (!errors.isEmpty()) {
      throw Problem.invalid(errors);
    }
    return terms;
  }

  private String url(List<Problem.FieldError> errors) {
    if (url == null) {
      errors.add(new Problem.FieldError("url", "is needed"));
      return "";
    }
    try {
      return ReceiverUrl.parse(url).toString();
    } catch (IllegalArgumentException wrong) {
      errors.add(new Problem.FieldError("url", reason(wrong)));
      return "";
    }
  }

  private Set<String> eventTypes(List<Problem.FieldError> errors) {
    Set<String> types = new LinkedHashSet<>(eventTypes == null ? List.of() : eventTypes);
    if (types.isEmpty() || types.size() > MOST_EVENT_TYPES) {
      errors.add(
          new Problem.FieldError(
              "event_types", "must name from 1 to %d event types".formatted(MOST_EVENT_TYPES)));
    }
    List<String> wrong =
        types.stream()
            .filter(type -> type == null || !EventTypes.isPattern(type))
            .map(String::valueOf)
            .toList();
    if (!wrong.isEmpty()) {
      errors.add(
          new Problem.FieldError(
              "event_types",
              "must hold types like order.created, prefixes like order.*, or *; not "
                  + String.join(", ", wrong.subList(0, Math.min(wrong.size(), MOST_NAMED)))));
    }
    return types;
  }

  private Map<String, String> metadata(List<Problem.FieldError> errors) {
    Map<String, String> pairs = metadata == null ? Map.of() : metadata;
    boolean fits =
        pairs.size() <= MOST_METADATA
            && pairs.entrySet().stream()
                .allMatch(
                    pair ->
                        pair.getValue() != null
                            && TextRules.fits(pair.getKey(), LONGEST_METADATA)
                            && TextRules.fits(pair.getValue(), LONGEST_METADATA));
    if (!fits) {
      errors.add(
          new Problem.FieldError(
              "metadata",
              "must have at most %d pairs of texts, each of at most %d characters, none of them NUL"
                  .formatted(MOST_METADATA, LONGEST_METADATA)));
    }
    return pairs;
  }

  private Terms.Tls tls(List<Problem.FieldError> errors) {
    if (tls == null) {
      return Terms.Tls.USUAL;
    }
    errors.addAll(tls.errors());
    if (url != null && !url.regionMatches(true, 0, "https:", 0, 6)) {
      errors.add(new Problem.FieldError("tls", "is for a url with https:// only"));
    }
    return tls.terms();
  }

  private Terms.Retry retry(List<Problem.FieldError> errors) {
    if (retry == null) {
      return Terms.Retry.BY_SETTINGS;
    }
    Integer attempts = retry.maxAttempts();
    if (attempts != null && (attempts < 1 || attempts > DeliverySettings.MOST_ATTEMPTS)) {
      errors.add(
          new Problem.FieldError(
              "retry.max_attempts",
              "must be from 1 to %d".formatted(DeliverySettings.MOST_ATTEMPTS)));
    }
    Duration longest = DeliverySettings.LONGEST_INTERVAL;
    Duration first = seconds("retry.initial_interval", retry.initialInterval(), longest, errors);
    Duration last = seconds("retry.max_interval", retry.maxInterval(), longest, errors);
    return new Terms.Retry(attempts, first, last);
  }

  /** Without what is secret, and the URL, which may hold tokens. */
  @Override
  public String toString() {
    return "SubscriptionRequest[%s]".formatted(eventTypes);
  }

  private static String reason(IllegalArgumentException wrong) {
    return Objects.requireNonNullElse(wrong.getMessage(), "is not valid");
  }

  private static @Nullable Duration seconds(
      String field, @Nullable Duration given, Duration most, List<Problem.FieldError> errors) {
    if (given != null
        && (given.compareTo(Duration.ofSeconds(1)) < 0
            || given.compareTo(most) > 0
            || given.toNanosPart() != 0)) {
      errors.add(
          new Problem.FieldError(
              field, "must be whole seconds, from 1 to %d".formatted(most.toSeconds())));
    }
    return given;
  }
}
