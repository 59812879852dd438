package dev.homing.app.event;

import dev.homing.activities.outbound.Egress;
import dev.homing.activities.temporal.EventStarts;
import dev.homing.app.node.DispatchSettings;
import dev.homing.app.node.Workers;
import dev.homing.workflows.event.AcceptedEvent;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/**
 * Starts a workflow for each accepted event.
 *
 * <p>An event gets its own workflow while a slot is free, else it shares one with other waiting
 * events. Accepting never waits for a start. While Temporal is down, events wait in the queue, in
 * which tenants take turns. An event for which the queue has no place is rescued later, if anything
 * is left to do for it.
 */
@Component
public class Dispatcher {
  private static final Logger log = LoggerFactory.getLogger(Dispatcher.class);
  private static final int QUEUE_CAPACITY = 10_000;

  /** Longest wait for an event, and so for noticing a stop. */
  private static final Duration POLL = Duration.ofMillis(500);

  private static final Duration BETWEEN_TRIES = Duration.ofSeconds(1);

  /** Pause between rounds of gathering events for a workflow, which first attempts do not await. */
  private static final Duration GATHER_PAUSE = Duration.ofMillis(250);

  /** Four rounds: gathering takes a second at most. */
  private static final int GATHER_ROUNDS = 4;

  private final StartQueue waiting = new StartQueue(QUEUE_CAPACITY);
  private final List<Thread> slots = new ArrayList<>();
  private final AtomicInteger free = new AtomicInteger();
  private final DispatchSettings settings;
  private final EventStarts starts;
  private final Egress egress;
  private final Workers workers;
  private volatile boolean running;

  Dispatcher(
      DispatchSettings settings,
      EventStarts starts,
      Egress egress,
      Workers workers,
      MeterRegistry metrics) {
    this.settings = settings;
    this.starts = starts;
    this.egress = egress;
    this.workers = workers;
    metrics.gauge("homing.dispatcher.waiting", waiting, StartQueue::size);
  }

  /** Queues an event for the start of its workflow; returns at once. */
  void dispatch(AcceptedEvent event) {
    if (!waiting.offer(event)) {
      log.debug(
          "no place in the queue: {} is rescued later if anything is left to do for it",
          event.id());
    }
  }

  private void startWorkflows() {
    try {
      if (!workers.awaitReady()) {
        return;
      }
      while (running) {
        for (List<AcceptedEvent> events : next()) {
          if (!starts.start(events)) {
            putBack(events);
            Thread.sleep(BETWEEN_TRIES);
          }
        }
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  /** Queues events again; next time, each may get its own workflow or share one. */
  private void putBack(List<AcceptedEvent> events) {
    try {
      starts.separate(events);
    } catch (DataAccessException e) {
      log.debug("workflow id of {} is wrong until its next start", events.getFirst().id(), e);
    }
    events.forEach(this::dispatch);
  }

  /** The next events to start: one or, if others wait and no slot is free, many. */
  private Collection<List<AcceptedEvent>> next() throws InterruptedException {
    free.incrementAndGet();
    AcceptedEvent first = waiting.poll(POLL);
    boolean lastSlot = free.decrementAndGet() == 0;
    if (first == null) {
      return List.of();
    }
    List<AcceptedEvent> all = new ArrayList<>(List.of(first));
    if (lastSlot && mayShare() && waiting.size() > 0) {
      int others = settings.eventsPerWorkflow() - 1;
      for (int i = 0; i < GATHER_ROUNDS && waiting.size() < others; i++) {
        Thread.sleep(GATHER_PAUSE);
      }
      all.addAll(waiting.take(others));
    }
    return all.stream()
        .collect(
            Collectors.groupingBy(AcceptedEvent::tenant, LinkedHashMap::new, Collectors.toList()))
        .values();
  }

  /** False while nothing can be sent: each delivery needs a workflow, so sharing adds one more. */
  private boolean mayShare() {
    return settings.eventsPerWorkflow() > 1 && !egress.isDown();
  }

  /** Starts the threads of all slots; returns at once. */
  public void start() {
    running = true;
    for (int slot = 0; slot < settings.startSlots(); slot++) {
      slots.add(Thread.ofVirtual().name("dispatcher-" + slot).start(this::startWorkflows));
    }
  }

  /** Stops starting workflows. */
  public void stop() {
    running = false;
    for (Thread slot : slots) {
      try {
        slot.join(POLL.multipliedBy(4));
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
