package dev.homing.app.subscription;

import dev.homing.activities.routing.EventTypes;
import dev.homing.activities.subscription.DeliverySettings;
import dev.homing.activities.subscription.Order;
import dev.homing.activities.subscription.ReceiverUrl;
import dev.homing.activities.subscription.Terms;
import dev.homing.app.http.PaceFields;
import dev.homing.app.http.TextRules;
import dev.homing.app.problem.Problem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A subscription as callers send it; fields that are missing get their defaults.
 *
 * @param url required: {@code https://} or {@code http://}, at most 2,048 characters, without user
 *     name, password or fragment
 * @param eventTypes required: 1 to 50 types like {@code order.created}, prefixes like {@code
 *     order.*}, or {@code *}
 * @param description at most 500 characters
 * @param enabled false pauses it: deliveries are held
 * @param metadata at most 50 pairs, keys and values at most 500 characters each
 * @param ordered whether events with the same ordering key come one after the other
 * @param onFailure null: {@code block}
 * @param maxBlock null: 7 days, or an hour if it skips
 * @param headers sent with every request
 * @param secretHeaders whose values are never shown; {@code ***} keeps a value
 * @param retry its own schedule; null: by the settings
 * @param noRetryStatuses at most 20 from 400 to 599: such an answer fails a delivery at once
 * @param timeout for a whole attempt, 1 to 60 whole seconds; null: by the settings
 * @param tls null: the default
 * @param rate null: as many requests as there are
 * @param maxInFlight null: as many as there are
 * @param signatureScheme only in the request that creates it
 * @param secret only in the request that creates it
 */
record SubscriptionRequest(
    @Nullable String url,
    @Nullable List<String> eventTypes,
    @Nullable String description,
    @Nullable Boolean enabled,
    @Nullable Map<String, String> metadata,
    @Nullable Boolean ordered,
    @Nullable String onFailure,
    @Nullable Duration maxBlock,
    @Nullable Map<String, @Nullable String> headers,
    @Nullable Map<String, @Nullable String> secretHeaders,
    @Nullable TlsFields tls,
    @Nullable RetryRequest retry,
    @Nullable List<Integer> noRetryStatuses,
    @Nullable Duration timeout,
    PaceFields.@Nullable Rate rate,
    @Nullable Integer maxInFlight,
    @Nullable String signatureScheme,
    @Nullable String secret) {
  private static final int MAX_EVENT_TYPES = 50;
  private static final int MAX_NAMED = 5;
  private static final int MAX_METADATA = 50;
  private static final int MAX_STATUSES = 20;
  private static final int MAX_METADATA_LENGTH = 500;

  /** Its own retry schedule; the settings fill in missing fields. */
  record RetryRequest(
      @Nullable Integer maxAttempts,
      @Nullable Duration initialInterval,
      @Nullable Duration maxInterval) {}

  SignatureScheme scheme() {
    return new SignatureScheme(signatureScheme, secret);
  }

  /** The terms of the request; throws a problem with an entry for each invalid field. */
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
            ordering(errors),
            fields.shown(),
            fields.secret(),
            tls(errors),
            retry(errors),
            noRetryStatuses(errors),
            seconds("timeout", timeout, DeliverySettings.MAX_TIMEOUT, errors),
            PaceFields.pace(rate, maxInFlight, errors));
    errors.addAll(scheme().errors());
    if (!errors.isEmpty()) {
      throw Problem.invalid(errors);
    }
    return terms;
  }

  private String url(List<Problem.FieldError> errors) {
    if (url == null) {
      errors.add(new Problem.FieldError("url", "is required"));
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
    if (types.isEmpty() || types.size() > MAX_EVENT_TYPES) {
      errors.add(
          new Problem.FieldError(
              "event_types", "must list 1 to %d event types".formatted(MAX_EVENT_TYPES)));
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
              "must contain only types like order.created, prefixes like order.*, or *; not "
                  + named(wrong)));
    }
    return types;
  }

  private Map<String, String> metadata(List<Problem.FieldError> errors) {
    Map<String, String> pairs = metadata == null ? Map.of() : metadata;
    boolean fits =
        pairs.size() <= MAX_METADATA
            && pairs.entrySet().stream()
                .allMatch(
                    pair ->
                        pair.getValue() != null
                            && TextRules.fits(pair.getKey(), MAX_METADATA_LENGTH)
                            && TextRules.fits(pair.getValue(), MAX_METADATA_LENGTH));
    if (!fits) {
      errors.add(
          new Problem.FieldError(
              "metadata",
              "must have at most %d pairs of strings, each at most %d characters long and without NUL"
                  .formatted(MAX_METADATA, MAX_METADATA_LENGTH)));
    }
    return pairs;
  }

  private Terms.Ordering ordering(List<Problem.FieldError> errors) {
    return new Terms.Ordering(
        ordered != null && ordered,
        onFailure(errors),
        seconds("max_block", maxBlock, Order.MAX_BLOCK, errors));
  }

  private Order.@Nullable OnFailure onFailure(List<Problem.FieldError> errors) {
    try {
      return onFailure == null ? null : Order.OnFailure.of(onFailure);
    } catch (IllegalArgumentException unknown) {
      errors.add(new Problem.FieldError("on_failure", "must be block or skip"));
      return null;
    }
  }

  private Terms.Tls tls(List<Problem.FieldError> errors) {
    if (tls == null) {
      return Terms.Tls.DEFAULT;
    }
    errors.addAll(tls.errors());
    if (url != null && !url.regionMatches(true, 0, "https:", 0, 6)) {
      errors.add(new Problem.FieldError("tls", "is only allowed with an https:// url"));
    }
    return tls.terms();
  }

  private Terms.Retry retry(List<Problem.FieldError> errors) {
    if (retry == null) {
      return Terms.Retry.BY_SETTINGS;
    }
    Integer attempts = retry.maxAttempts();
    if (attempts != null && (attempts < 1 || attempts > DeliverySettings.MAX_ATTEMPTS)) {
      errors.add(
          new Problem.FieldError(
              "retry.max_attempts",
              "must be from 1 to %d".formatted(DeliverySettings.MAX_ATTEMPTS)));
    }
    Duration longest = DeliverySettings.MAX_INTERVAL;
    Duration first = seconds("retry.initial_interval", retry.initialInterval(), longest, errors);
    Duration last = seconds("retry.max_interval", retry.maxInterval(), longest, errors);
    return new Terms.Retry(attempts, first, last);
  }

  private Set<Integer> noRetryStatuses(List<Problem.FieldError> errors) {
    Set<Integer> statuses = new TreeSet<>();
    List<String> wrong = new ArrayList<>();
    for (Integer status : noRetryStatuses == null ? List.<Integer>of() : noRetryStatuses) {
      if (status != null && status >= 400 && status <= 599) {
        statuses.add(status);
      } else {
        wrong.add(String.valueOf(status));
      }
    }
    if (!wrong.isEmpty()) {
      errors.add(
          new Problem.FieldError(
              "no_retry_statuses",
              "must contain only statuses from 400 to 599; not " + named(wrong)));
    }
    if (statuses.size() > MAX_STATUSES) {
      errors.add(
          new Problem.FieldError(
              "no_retry_statuses", "must list at most %d statuses".formatted(MAX_STATUSES)));
    }
    return statuses;
  }

  private static String named(List<String> wrong) {
    return String.join(", ", wrong.subList(0, Math.min(wrong.size(), MAX_NAMED)));
  }

  /** Omits the secrets, and the URL, which may contain tokens. */
  @Override
  public String toString() {
    return "SubscriptionRequest[%s]".formatted(eventTypes);
  }

  private static String reason(IllegalArgumentException wrong) {
    return Objects.requireNonNullElse(wrong.getMessage(), "is not valid");
  }

  private static @Nullable Duration seconds(
      String field, @Nullable Duration given, Duration max, List<Problem.FieldError> errors) {
    if (given != null
        && (given.compareTo(Duration.ofSeconds(1)) < 0
            || given.compareTo(max) > 0
            || given.toNanosPart() != 0)) {
      errors.add(
          new Problem.FieldError(
              field, "must be whole seconds, from 1 to %d".formatted(max.toSeconds())));
    }
    return given;
  }
}
