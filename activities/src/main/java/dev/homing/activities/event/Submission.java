package dev.homing.activities.event;

import dev.homing.activities.routing.Route;
import dev.homing.workflows.Tenant;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An event as a client submits it.
 *
 * @param contentType exactly as the client sent it
 * @param payload the exact bytes that the client sent
 * @param idempotencyKey the client's name for this request; null: it gave none
 * @param externalId the client's name for the event; null: it gave none
 * @param orderingKey ordered subscriptions receive events with the same key one after the other;
 *     null: it has none
 * @param remembered the recipients, to be confirmed in the accepting commit
 * @param hops deliveries by Homing through which the event came here
 */
@SuppressWarnings("ArrayRecordComponent")
public record Submission(
    Tenant tenant,
    String type,
    String contentType,
    byte[] payload,
    @Nullable String idempotencyKey,
    @Nullable String externalId,
    @Nullable String orderingKey,
    Route remembered,
    int hops) {

  /** An event without an ordering key that came through no delivery by Homing. */
  public Submission(
      Tenant tenant,
      String type,
      String contentType,
      byte[] payload,
      @Nullable String idempotencyKey,
      @Nullable String externalId,
      Route remembered) {
    this(tenant, type, contentType, payload, idempotencyKey, externalId, null, remembered, 0);
  }

  /** The keys under which this event is accepted only once. */
  List<EventKey> keys() {
    return Stream.of(
            Optional.ofNullable(idempotencyKey).map(key -> key(KeyKind.IDEMPOTENCY, key)),
            Optional.ofNullable(externalId).map(key -> key(KeyKind.EXTERNAL_ID, key)))
        .flatMap(Optional::stream)
        .toList();
  }

  private EventKey key(KeyKind kind, String key) {
    return new EventKey(tenant, kind, key);
  }

  /**
   * A SHA-256 that shows whether a repeat with this key asks for the same.
   *
   * <p>It covers type, content type, payload and ordering key; for an idempotency key the external
   * id as well. For the external id it leaves the idempotency key out, so the same event may be
   * submitted again with any idempotency key.
   */
  byte[] fingerprint(EventKey key) {
    MessageDigest digest = sha256();
    digest.update((type + '\n' + contentType + '\n').getBytes(StandardCharsets.UTF_8));
    byte[] content = digest.digest(payload);
    if (orderingKey != null) {
      digest.update(content);
      content = digest.digest(("ordering key " + orderingKey).getBytes(StandardCharsets.UTF_8));
    }
    if (externalId == null || key.kind() != KeyKind.IDEMPOTENCY) {
      return content;
    }
    digest.update(content);
    return digest.digest(externalId.getBytes(StandardCharsets.UTF_8));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) { // Every Java platform has it.
      throw new IllegalStateException(impossible);
    }
  }

  /** Omits the payload: it is the client's, and may hold anything. */
  @Override
  public String toString() {
    return "Submission[%s, %s, %d bytes]".formatted(tenant, type, payload.length);
  }
}
