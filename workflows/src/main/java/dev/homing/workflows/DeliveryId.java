package dev.homing.workflows;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import java.util.UUID;

/** Names a delivery: {@code dlv_} and a UUID, which is also the id of its workflow. */
public record DeliveryId(UUID uuid) {
  private static final String PREFIX = "dlv_";

  /** Empty unless the text is an id of this kind. */
  public static Optional<DeliveryId> read(String text) {
    return PrefixedId.read(PREFIX, text).map(DeliveryId::new);
  }

  /**
   * The one delivery of this event to this subscription, however often it is asked for.
   *
   * <p>Keeps the event's first 64 bits, so that deliveries sort and are partitioned by the time of
   * their event and a delivery's event is found by its prefix; the other 62 are a SHA-256 of both
   * ids.
   */
  public static DeliveryId of(EventId event, SubscriptionId subscription) {
    byte[] hash = sha256((event + "/" + subscription).getBytes(StandardCharsets.US_ASCII));
    long variant = 0x8000000000000000L;
    long low = (ByteBuffer.wrap(hash).getLong() & 0x3fffffffffffffffL) | variant;
    return new DeliveryId(new UUID(event.uuid().getMostSignificantBits(), low));
  }

  /** The lowest id that a delivery of this event may have. */
  public static DeliveryId first(EventId event) {
    return new DeliveryId(new UUID(event.uuid().getMostSignificantBits(), 0x8000000000000000L));
  }

  /** The highest id that a delivery of this event may have. */
  public static DeliveryId last(EventId event) {
    return new DeliveryId(new UUID(event.uuid().getMostSignificantBits(), 0xbfffffffffffffffL));
  }

  @JsonCreator
  static DeliveryId of(String text) {
    return read(text).orElseThrow(() -> new IllegalArgumentException("not an id: " + text));
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible); // Every Java platform has it.
    }
  }

  @JsonValue
  @Override
  public String toString() {
    return PrefixedId.write(PREFIX, uuid);
  }
}
