package dev.homing.activities.subscription;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The part of a subscription that its owner may set.
 *
 * @param eventTypes types, prefixes ({@code order.*}, every deeper level) or all ({@code *})
 * @param enabled false holds waiting deliveries
 * @param ordering whether deliveries with the same ordering key come one after the other
 * @param headers added to every request
 * @param secretHeaders the same, never shown again; an empty value leaves the stored one unchanged
 * @param tls settings for {@code https://}
 * @param noRetryStatuses of 400 to 599: such an answer fails a delivery at once
 * @param timeout of one attempt, in whole seconds; null: the default of the settings
 * @param pace how much it may be sent
 */
public record Terms(
    String url,
    Set<String> eventTypes,
    String description,
    boolean enabled,
    Map<String, String> metadata,
    Ordering ordering,
    Map<String, String> headers,
    Map<String, Optional<String>> secretHeaders,
    Tls tls,
    Retry retry,
    Set<Integer> noRetryStatuses,
    @Nullable Duration timeout,
    Pace pace) {

  /** The same terms with other secrets. */
  public Terms with(Map<String, Optional<String>> otherSecretHeaders, Tls otherTls) {
    return new Terms(
        url,
        eventTypes,
        description,
        enabled,
        metadata,
        ordering,
        headers,
        otherSecretHeaders,
        otherTls,
        retry,
        noRetryStatuses,
        timeout,
        pace);
  }

  /** Leaves out headers and the URL, which may hold tokens. */
  @Override
  public String toString() {
    return "Terms[%s, %s]".formatted(eventTypes, enabled ? "enabled" : "not enabled");
  }

  /**
   * TLS settings in PEM; see {@link ReceiverTls}.
   *
   * @param key null leaves the stored key unchanged; without a certificate there is none
   */
  public record Tls(
      @Nullable String authority, @Nullable String certificate, @Nullable String key) {
    public static final Tls DEFAULT = new Tls(null, null, null);

    /** Hides everything, as it contains the key. */
    @Override
    public String toString() {
      return "Tls";
    }
  }

  /**
   * How deliveries with an ordering key are ordered; see {@link Order}.
   *
   * @param onFailure null: {@code block}
   * @param maxBlock in whole seconds; null: the default of {@code onFailure}
   */
  public record Ordering(
      boolean ordered, Order.@Nullable OnFailure onFailure, @Nullable Duration maxBlock) {
    public static final Ordering NONE = new Ordering(false, null, null);
  }

  /** A retry schedule in whole seconds; null values stand for the defaults of the settings. */
  public record Retry(
      @Nullable Integer maxAttempts,
      @Nullable Duration initialInterval,
      @Nullable Duration maxInterval) {
    public static final Retry BY_SETTINGS = new Retry(null, null, null);
  }

  /**
   * The secret parts of the terms, sealed.
   *
   * @param headers by header name
   * @param tlsKey null if there is none
   */
  public record Sealed(Map<String, String> headers, @Nullable String tlsKey) {}
}
