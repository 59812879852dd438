package dev.homing.app.event;

import static java.util.Objects.requireNonNull;

import dev.homing.workflows.Tenant;
import dev.homing.workflows.event.AcceptedEvent;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Events that wait for the start of a workflow.
 *
 * <p>Tenants take turns. A tenant may have three times as many events here as places are free: the
 * events of one leave places to the others.
 */
final class StartQueue {
  private static final int TIMES_WHAT_IS_FREE = 3;

  private final int capacity;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition added = lock.newCondition();
  private final LinkedHashMap<Tenant, ArrayDeque<AcceptedEvent>> byTenant = new LinkedHashMap<>();
  private int size;

  StartQueue(int capacity) {
    this.capacity = capacity;
  }

  /** Adds an event; false if its tenant may not have another one here. */
  boolean offer(AcceptedEvent event) {
    lock.lock();
    try {
      ArrayDeque<AcceptedEvent> others = byTenant.get(event.tenant());
      int ofTenant = others == null ? 0 : others.size();
      if (ofTenant >= TIMES_WHAT_IS_FREE * (capacity - size)) {
        return false;
      }
      byTenant.computeIfAbsent(event.tenant(), _ -> new ArrayDeque<>()).add(event);
      size++;
      added.signal();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Takes the next event; null if none comes in time. */
  @Nullable AcceptedEvent poll(Duration atMost) throws InterruptedException {
    lock.lock();
    try {
      for (long left = atMost.toNanos(); size == 0; ) {
        left = added.awaitNanos(left);
        if (left <= 0 && size == 0) {
          return null;
        }
      }
      return next();
    } finally {
      lock.unlock();
    }
  }

  /** Takes the events that wait, in turns by tenant, but no more than {@code limit}. */
  List<AcceptedEvent> take(int limit) {
    lock.lock();
    try {
      List<AcceptedEvent> taken = new ArrayList<>();
      while (size > 0 && taken.size() < limit) {
        taken.add(next());
      }
      return taken;
    } finally {
      lock.unlock();
    }
  }

  private AcceptedEvent next() {
    Map.Entry<Tenant, ArrayDeque<AcceptedEvent>> turn = requireNonNull(byTenant.pollFirstEntry());
    AcceptedEvent event = turn.getValue().remove();
    if (!turn.getValue().isEmpty()) {
      byTenant.putLast(turn.getKey(), turn.getValue());
    }
    size--;
    return event;
  }

  int size() {
    lock.lock();
    try {
      return size;
    } finally {
      lock.unlock();
    }
  }
}
