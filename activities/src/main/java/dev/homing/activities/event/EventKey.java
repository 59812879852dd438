package dev.homing.activities.event;

import dev.homing.workflows.Tenant;
import java.util.Comparator;

/** A client's key for a request or an event, unique in its tenant and kind. */
record EventKey(Tenant tenant, KeyKind kind, String key) implements Comparable<EventKey> {
  private static final Comparator<EventKey> ORDER =
      Comparator.comparing((EventKey key) -> key.tenant().name())
          .thenComparing(EventKey::kind)
          .thenComparing(EventKey::key);

  /** The order in which every transaction locks keys, so that none deadlock. */
  @Override
  public int compareTo(EventKey other) {
    return ORDER.compare(this, other);
  }
}
