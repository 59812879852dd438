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
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/**
 * Has a workflow started for each accepted event: its own as long as a slot is free, else one that
 * it shares with others that wait.
 *
 * <p>Accepting never waits for it. While Temporal is down, events wait here. An event that finds no
 * room is rescued later, if anything is left to do for it.
 */
@Component
public class Dispatcher {
  private static final Logger log = LoggerFactory.getLogger(Dispatcher.class);
  private static final int QUEUE_CAPACITY = 10_000;
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration BETWEEN_TRIES = Duration.ofSeconds(1);

  /** Events that share a workflow are gathered for up to a second: first attempts do not wait. */
  private static final Duration GATHER_PAUSE = Duration.ofMillis(250);

  private static final int GATHER_ROUNDS = 4;

  private final LinkedBlockingQueue<AcceptedEvent> waiting =
      new LinkedBlockingQueue<>(QUEUE_CAPACITY);
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
    metrics.gaugeCollectionSize("homing.dispatcher.waiting", List.of(), waiting);
  }

  /** Returns at once. */
  void dispatch(AcceptedEvent event) {
    if (!waiting.offer(event)) {
      log.debug("no room: {} gets a workflow if anything is left to do for it", event.id());
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

  /** The next time they may share a workflow with others, or not. */
  private void putBack(List<AcceptedEvent> events) {
    try {
      starts.separate(events);
    } catch (DataAccessException away) {
      log.debug("the workflow of {} is not named right for now", events.getFirst().id(), away);
    }
    events.forEach(this::dispatch);
  }

  /** The events to start next: one alone or, if others wait and no slot is free, many. */
  private Collection<List<AcceptedEvent>> next() throws InterruptedException {
    free.incrementAndGet();
    AcceptedEvent first = waiting.poll(POLL.toMillis(), TimeUnit.MILLISECONDS);
    boolean lastSlot = free.decrementAndGet() == 0;
    if (first == null) {
      return List.of();
    }
    List<AcceptedEvent> all = new ArrayList<>(List.of(first));
    if (lastSlot && mayShare() && !waiting.isEmpty()) {
      int others = settings.eventsPerWorkflow() - 1;
      for (int i = 0; i < GATHER_ROUNDS && waiting.size() < others; i++) {
        Thread.sleep(GATHER_PAUSE);
      }
      waiting.drainTo(all, others);
    }
    return all.stream()
        .collect(
            Collectors.groupingBy(AcceptedEvent::tenant, LinkedHashMap::new, Collectors.toList()))
        .values();
  }

  /** While nothing can be sent, each recipient needs a workflow; sharing would add one more. */
  private boolean mayShare() {
    return settings.eventsPerWorkflow() > 1 && !egress.isDown();
  }

  /** Returns at once. */
  public void start() {
    running = true;
    for (int slot = 0; slot < settings.startSlots(); slot++) {
      slots.add(Thread.ofVirtual().name("dispatcher-" + slot).start(this::startWorkflows));
    }
  }

  /** Starts no other workflow. */
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
