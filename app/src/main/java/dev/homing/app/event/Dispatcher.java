package dev.homing.app.event;

import dev.homing.activities.ShortCalls;
import dev.homing.app.Workers;
import dev.homing.workflows.event.AcceptedEvent;
import dev.homing.workflows.event.EventWorkflow;
import io.micrometer.core.instrument.MeterRegistry;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowServiceException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Starts the workflow of each accepted event.
 *
 * <p>Accepting never waits for it. What finds no room here, or no Temporal, stays open in
 * PostgreSQL, and the reconciler brings it back.
 */
@Component
class Dispatcher implements SmartLifecycle {
  private static final Logger log = LoggerFactory.getLogger(Dispatcher.class);
  private static final int ROOM = 10_000;
  private static final Duration LOOK_UP = Duration.ofMillis(500);

  private final LinkedBlockingQueue<AcceptedEvent> waiting = new LinkedBlockingQueue<>(ROOM);
  private final List<Thread> slots = new ArrayList<>();
  private final PublishingSettings settings;
  private final WorkflowClient client;
  private final Workers workers;
  private volatile boolean running;

  Dispatcher(
      PublishingSettings settings, WorkflowClient client, Workers workers, MeterRegistry metrics) {
    this.settings = settings;
    this.client = client;
    this.workers = workers;
    metrics.gaugeCollectionSize("homing.dispatcher.waiting", List.of(), waiting);
  }

  /** Returns at once. */
  void dispatch(AcceptedEvent event) {
    if (!waiting.offer(event)) {
      log.debug("no room: {} stays open until the reconciler brings it back", event.id());
    }
  }

  /** Whether workflows can be started. */
  boolean isReady() {
    return running && workers.isReady();
  }

  /** Starts an event's workflow before those that wait; false if Temporal does not answer soon. */
  boolean startNow(AcceptedEvent event) {
    AtomicBoolean started = new AtomicBoolean();
    ShortCalls.run(() -> started.set(start(event)));
    return started.get();
  }

  private void startWorkflows() {
    try {
      if (!workers.awaitReady()) {
        return;
      }
      while (running) {
        AcceptedEvent event = waiting.poll(LOOK_UP.toMillis(), TimeUnit.MILLISECONDS);
        if (event != null) {
          var unused = start(event);
        }
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean start(AcceptedEvent event) {
    try {
      EventWorkflow workflow =
          client.newWorkflowStub(EventWorkflow.class, EventWorkflow.options(event));
      WorkflowClient.start(workflow::tellEveryone, event, null);
      return true;
    } catch (WorkflowServiceException away) {
      log.warn("{} stays open, its workflow was not started: {}", event.id(), away.getMessage());
      return false;
    }
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
