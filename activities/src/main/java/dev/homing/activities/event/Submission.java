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
 * What a client says happened.
 *
 * @param contentType as it came
 * @param payload the exact bytes that came
 * @param idempotencyKey by which the client knows this request; null: it has none
 * @param externalId by which the client knows the event; null: it has none
 * @param remembered who receives it, to be confirmed in the accepting commit
 * @param hops by how many deliveries of Homing it came here
 */
@SuppressWarnings("ArrayRecordComponent")
public record Submission(
    Tenant tenant,
    String type,
    String contentType,
    byte[] payload,
    @Nullable String idempotencyKey,
    @Nullable String externalId,
    Route remembered,
    int hops) {

  /** One that begins here. */
  public Submission(
      Tenant tenant,
      String type,
      String contentType,
      byte[] payload,
      @Nullable String idempotencyKey,
      @Nullable String externalId,
      Route remembered) {
    this(tenant, type, contentType, payload, idempotencyKey, externalId, remembered, 0);
  }

  /** The names under which it is accepted once. */
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
   * Tells whether a repeat with this key asks for the same: SHA-256 of type, content type and
   * payload. A key of the request stands for the client's name of the event as well; the name
   * itself stands for the event however often and with whichever keys it is requested.
   */
  byte[] fingerprint(EventKey key) {
    MessageDigest digest = sha256();
    digest.update((type + '\n' + contentType + '\n').getBytes(StandardCharsets.UTF_8));
    byte[] content = digest.digest(payload);
    if (externalId == null || key.kind() != KeyKind.IDEMPOTENCY) {
      return content;
    }
    digest.update(content);
    return digest.digest(externalId.getBytes(StandardCharsets.UTF_8));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible); // Every Java platform has it.
    }
  }

  /** Without the payload: it is the client's, and may hold anything. */
  @Override
  public String toString() {
    return "Submission[%s, %s, %d bytes]".formatted(tenant, type, payload.length);
  }
}
