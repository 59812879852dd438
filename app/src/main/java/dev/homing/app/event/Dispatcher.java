package dev.homing.app.event;

import dev.homing.activities.event.SharedWorkflows;
import dev.homing.activities.outbound.Egress;
import dev.homing.activities.temporal.ShortCalls;
import dev.homing.app.node.DispatchSettings;
import dev.homing.app.node.Workers;
import dev.homing.workflows.event.AcceptedEvent;
import dev.homing.workflows.event.EventWorkflow;
import dev.homing.workflows.event.SharedEventWorkflow;
import io.micrometer.core.instrument.MeterRegistry;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowServiceException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/**
 * Starts the workflow of each accepted event: its own as long as a slot is free, else one that it
 * shares with others that wait.
 *
 * <p>Accepting never waits for it. While Temporal is away, events wait here. What finds no room is
 * brought back by the reconciler, if anything is left to do for it.
 */
@Component
public class Dispatcher implements SmartLifecycle {
  private static final Logger log = LoggerFactory.getLogger(Dispatcher.class);
  private static final int ROOM = 10_000;
  private static final Duration LOOK_UP = Duration.ofMillis(500);
  private static final Duration BETWEEN_TRIES = Duration.ofSeconds(1);

  /** Those that share a workflow wait for more, for up to a second: first attempts do not wait. */
  private static final Duration GATHERING = Duration.ofMillis(250);

  private static final int GATHERINGS = 4;

  private final LinkedBlockingQueue<AcceptedEvent> waiting = new LinkedBlockingQueue<>(ROOM);
  private final List<Thread> slots = new ArrayList<>();
  private final AtomicInteger free = new AtomicInteger();
  private final DispatchSettings settings;
  private final WorkflowClient client;
  private final SharedWorkflows workflows;
  private final Egress egress;
  private final Workers workers;
  private volatile boolean running;

  Dispatcher(
      DispatchSettings settings,
      WorkflowClient client,
      SharedWorkflows workflows,
      Egress egress,
      Workers workers,
      MeterRegistry metrics) {
    this.settings = settings;
    this.client = client;
    this.workflows = workflows;
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

  /** Whether workflows can be started. */
  public boolean isReady() {
    return running && workers.isReady();
  }

  /** Starts an event's own workflow before those that wait; false if that is not possible soon. */
  public boolean startNow(AcceptedEvent event) {
    workflows.separate(List.of(event));
    AtomicBoolean started = new AtomicBoolean();
    ShortCalls.run(() -> started.set(start(List.of(event))));
    return started.get();
  }

  private void startWorkflows() {
    try {
      if (!workers.awaitReady()) {
        return;
      }
      while (running) {
        for (List<AcceptedEvent> events : next()) {
          if (!start(events)) {
            putBack(events);
            Thread.sleep(BETWEEN_TRIES);
          }
        }
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  /** They may come together with others, or alone, the next time. */
  private void putBack(List<AcceptedEvent> events) {
    try {
      workflows.separate(events);
    } catch (DataAccessException away) {
      log.debug("the workflow of {} is not named right for now", events.getFirst().id(), away);
    }
    events.forEach(this::dispatch);
  }

  /** What is to be started next: an event alone or, if others wait and no slot is free, many. */
  private Collection<List<AcceptedEvent>> next() throws InterruptedException {
    free.incrementAndGet();
    AcceptedEvent first = waiting.poll(LOOK_UP.toMillis(), TimeUnit.MILLISECONDS);
    boolean lastSlot = free.decrementAndGet() == 0;
    if (first == null) {
      return List.of();
    }
    List<AcceptedEvent> all = new ArrayList<>(List.of(first));
    if (lastSlot && mayShare() && !waiting.isEmpty()) {
      int others = settings.eventsPerWorkflow() - 1;
      for (int i = 0; i < GATHERINGS && waiting.size() < others; i++) {
        Thread.sleep(GATHERING);
      }
      waiting.drainTo(all, others);
    }
    return all.stream()
        .collect(
            Collectors.groupingBy(AcceptedEvent::tenant, LinkedHashMap::new, Collectors.toList()))
        .values();
  }

  /** What cannot be sent at once needs a workflow for each recipient, and sharing makes it more. */
  private boolean mayShare() {
    return settings.eventsPerWorkflow() > 1 && !egress.isDown();
  }

  private boolean start(List<AcceptedEvent> events) {
    try {
      if (events.size() == 1) {
        startOwn(events.getFirst());
      } else {
        startShared(events);
      }
      return true;
    } catch (WorkflowServiceException | DataAccessException away) {
      log.warn(
          "the workflow of {} and {} others was not started: {}",
          events.getFirst().id(),
          events.size() - 1,
          away.getMessage());
      return false;
    }
  }

  private void startOwn(AcceptedEvent event) {
    EventWorkflow workflow =
        client.newWorkflowStub(EventWorkflow.class, EventWorkflow.options(event));
    WorkflowClient.start(workflow::tellEveryone, event, null, null);
  }

  private void startShared(List<AcceptedEvent> events) {
    workflows.share(events);
    SharedEventWorkflow workflow =
        client.newWorkflowStub(SharedEventWorkflow.class, SharedEventWorkflow.options(events));
    WorkflowClient.start(workflow::tellEveryone, events);
  }

  @Override
  public void start() {
    running = true;
    for (int slot = 0; slot < settings.startSlots(); slot++) {
      slots.add(Thread.ofVirtual().name("dispatcher-" + slot).start(this::startWorkflows));
    }
  }

  /** Before the workers: a workflow started eagerly on a stopping worker is late by ten seconds. */
  @Override
  public void stop() {
    running = false;
    for (Thread slot : slots) {
      try {
        slot.join(LOOK_UP.multipliedBy(4));
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  @Override
  public int getPhase() {
    return workers.getPhase() + 1;
  }
}
