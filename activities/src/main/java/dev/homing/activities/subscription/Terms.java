package dev.homing.activities.subscription;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the owner of a subscription may set.
 *
 * @param eventTypes exact, by prefix ({@code order.*}, every deeper level) or all ({@code *})
 * @param enabled false holds what waits
 * @param headers that every request carries
 * @param secretHeaders such that nobody may read; without a value: as it is
 * @param tls for {@code https://}
 * @param timeout of one attempt, in whole seconds; null: as the settings say
 */
public record Terms(
    String url,
    Set<String> eventTypes,
    String description,
    boolean enabled,
    Map<String, String> metadata,
    Map<String, String> headers,
    Map<String, Optional<String>> secretHeaders,
    Tls tls,
    Retry retry,
    @Nullable Duration timeout) {

  /** The same with other secrets. */
  public Terms with(Map<String, Optional<String>> otherSecretHeaders, Tls otherTls) {
    return new Terms(
        url,
        eventTypes,
        description,
        enabled,
        metadata,
        headers,
        otherSecretHeaders,
        otherTls,
        retry,
        timeout);
  }

  /** Neither headers nor the URL, which may hold tokens. */
  @Override
  public String toString() {
    return "Terms[%s, %s]".formatted(eventTypes, enabled ? "enabled" : "not enabled");
  }

  /**
   * TLS of its own, in PEM; see {@link ReceiverTls}.
   *
   * @param key null: as it is, or none where there is no certificate
   */
  public record Tls(
      @Nullable String authority, @Nullable String certificate, @Nullable String key) {
    public static final Tls USUAL = new Tls(null, null, null);

    /** Nothing, as the key is in it. */
    @Override
    public String toString() {
      return "Tls";
    }
  }

  /** Its own retry schedule, in whole seconds; what is null is as the settings say. */
  public record Retry(
      @Nullable Integer maxAttempts,
      @Nullable Duration initialInterval,
      @Nullable Duration maxInterval) {
    public static final Retry BY_SETTINGS = new Retry(null, null, null);
  }

  /**
   * What is secret of the terms, sealed.
   *
   * @param headers by the name of the header
   * @param tlsKey null: there is none
   */
  public record Sealed(Map<String, String> headers, @Nullable String tlsKey) {}
}
