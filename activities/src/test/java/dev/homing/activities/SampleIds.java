package dev.homing.activities;

import dev.homing.workflows.EventId;
import dev.homing.workflows.SubscriptionId;
import java.util.UUID;

/** Ids made now: UUIDv7, as Homing makes them. */
public final class SampleIds {
  private SampleIds() {}

  public static EventId event() {
    return new EventId(uuid());
  }

  public static SubscriptionId subscription() {
    return new SubscriptionId(uuid());
  }

  public static UUID uuid() {
    UUID random = UUID.randomUUID();
    long rest = random.getMostSignificantBits() & 0xfff;
    return new UUID(
        System.currentTimeMillis() << 16 | 0x7000 | rest, random.getLeastSignificantBits());
  }
}
