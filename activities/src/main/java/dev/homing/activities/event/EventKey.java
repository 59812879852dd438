package dev.homing.activities.event;

import dev.homing.workflows.Tenant;
import java.util.Comparator;

/** A client's name for what it asks for, unique in its tenant and kind. */
record EventKey(Tenant tenant, KeyKind kind, String key) implements Comparable<EventKey> {
  private static final Comparator<EventKey> ORDER =
      Comparator.comparing((EventKey key) -> key.tenant().name())
          .thenComparing(EventKey::kind)
          .thenComparing(EventKey::key);

  /** The order in which all transactions take keys: crossed ones cannot deadlock. */
  @Override
  public int compareTo(EventKey other) {
    return ORDER.compare(this, other);
  }
}
