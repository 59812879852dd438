package dev.homing.app.subscription;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.homing.activities.secret.SigningSecret;
import dev.homing.activities.subscription.Order;
import dev.homing.activities.subscription.Subscription;
import dev.homing.activities.subscription.Terms;
import dev.homing.app.http.PaceFields;
import dev.homing.workflows.SubscriptionId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A subscription as the API shows it.
 *
 * @param enabled false: deliveries are held or, if Homing disabled it, new events pass it by
 * @param timeout for a whole attempt; null: by the settings
 * @param disabledReason why Homing disabled it; null unless it did
 * @param onFailure null: {@code block}
 * @param maxBlock null: as long as {@code on_failure} says
 * @param secretHeaders the names; every value is {@code ***}, which keeps the value when sent back
 * @param tls null: the default; its key is {@code ***} as well
 * @param rate null: as many requests as there are
 * @param maxInFlight null: as many as there are
 * @param signatureScheme {@code v1} or {@code v1a}
 * @param previousSecretUntil until when the previous secret also signs; left out: it does not
 * @param standing how its receiver does; left out in lists, and where nothing can have been sent
 *     yet
 * @param publicKey for the receiver to verify with; left out: it verifies with the secret
 * @param secret only in the response that creates it, and only if the receiver needs it
 * @param dropped the secrets that did not move to another host; empty except in the response to the
 *     change
 */
record SubscriptionView(
    SubscriptionId id,
    String url,
    List<String> eventTypes,
    String description,
    boolean enabled,
    @Nullable String disabledReason,
    Map<String, String> metadata,
    boolean ordered,
    @Nullable String onFailure,
    @Nullable Duration maxBlock,
    Map<String, @Nullable String> headers,
    Map<String, @Nullable String> secretHeaders,
    @Nullable TlsFields tls,
    RetryView retry,
    List<Integer> noRetryStatuses,
    @Nullable Duration timeout,
    PaceFields.@Nullable Rate rate,
    @Nullable Integer maxInFlight,
    String signatureScheme,
    Instant createdAt,
    Instant updatedAt,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable StandingView standing,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Instant previousSecretUntil,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String publicKey,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String secret,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> dropped) {

  /** Null fields follow the settings. */
  record RetryView(
      @Nullable Integer maxAttempts,
      @Nullable Duration initialInterval,
      @Nullable Duration maxInterval) {}

  /** In a list. */
  static SubscriptionView of(Subscription subscription) {
    return view(subscription, null, null, List.of());
  }

  static SubscriptionView of(Subscription subscription, StandingView standing) {
    return view(subscription, standing, null, List.of());
  }

  static SubscriptionView changed(
      Subscription subscription, StandingView standing, List<String> dropped) {
    return view(subscription, standing, null, dropped);
  }

  static SubscriptionView withSecret(Subscription subscription, SigningSecret secret) {
    return view(
        subscription, null, secret.publicKey().isPresent() ? null : secret.text(), List.of());
  }

  private static SubscriptionView view(
      Subscription subscription,
      @Nullable StandingView standing,
      @Nullable String secret,
      List<String> dropped) {
    Terms terms = subscription.terms();
    HeaderFields fields = HeaderFields.of(terms);
    return new SubscriptionView(
        subscription.id(),
        terms.url(),
        terms.eventTypes().stream().sorted().toList(),
        terms.description(),
        terms.enabled(),
        subscription.disabledReason(),
        new TreeMap<>(terms.metadata()),
        terms.ordering().ordered(),
        Order.OnFailure.wordOf(terms.ordering().onFailure()),
        terms.ordering().maxBlock(),
        fields.headers(),
        fields.secretHeaders(),
        TlsFields.of(terms),
        new RetryView(
            terms.retry().maxAttempts(),
            terms.retry().initialInterval(),
            terms.retry().maxInterval()),
        terms.noRetryStatuses().stream().sorted().toList(),
        terms.timeout(),
        PaceFields.Rate.of(terms.pace()),
        terms.pace().maxInFlight(),
        SignatureScheme.of(subscription),
        subscription.id().createdAt(),
        subscription.updatedAt(),
        standing,
        subscription.previousSecretUntil(),
        subscription.publicKey(),
        secret,
        dropped);
  }
}
