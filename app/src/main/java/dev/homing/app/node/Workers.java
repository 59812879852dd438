package dev.homing.app.node;

import dev.homing.activities.backlog.Drains;
import dev.homing.activities.backlog.DurableDrain;
import dev.homing.activities.event.Leases;
import dev.homing.activities.lane.DurableLane;
import dev.homing.activities.lane.EarlyStart;
import dev.homing.activities.lane.ExpressLane;
import dev.homing.activities.lane.StartDeliveries;
import dev.homing.workflows.TaskQueues;
import dev.homing.workflows.backlog.DrainingBacklog;
import dev.homing.workflows.delivery.RetryingDelivery;
import dev.homing.workflows.event.FanOut;
import dev.homing.workflows.event.SharedFanOut;
import io.grpc.StatusRuntimeException;
import io.temporal.client.WorkflowClient;
import io.temporal.worker.WorkerFactory;
import io.temporal.worker.WorkerFactoryOptions;
import io.temporal.worker.WorkerOptions;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/**
 * The Temporal workers of this process: all workflows and both lanes.
 *
 * <p>They wait for Temporal in the background for as long as it takes, and register the search
 * attributes. At shutdown, attempts under way are finished and recorded.
 */
@Component
public class Workers {
  private static final Logger log = LoggerFactory.getLogger(Workers.class);

  /** Workflow tasks at once; an event's first attempts hold one while receivers answer. */
  private static final int WORKFLOW_TASKS = 500;

  /** Later attempts at once. */
  private static final int LATER_ATTEMPTS = 500;

  /** Backlogs drained at once by their workflows; each waits for receivers most of the time. */
  private static final int DRAINS = 1_000;

  /** How soon a drain under way hears that it must end. */
  private static final Duration HEARTBEAT_INTERVAL = Duration.ofSeconds(4);

  private static final Duration BETWEEN_TRIES = Duration.ofSeconds(1);

  /** Time for attempts under way to end: longer than the default timeout of an attempt. */
  private static final Duration DRAIN = Duration.ofSeconds(18);

  /** Time to interrupt the remaining attempts and hand them back to other nodes. */
  private static final Duration HAND_BACK = Duration.ofSeconds(4);

  private final SearchAttributes searchAttributes;
  private final EarlyStart earlyStart;
  private final Drains drains;
  private final Leases leases;
  private final WorkerFactory factory;
  private final CountDownLatch ready = new CountDownLatch(1);
  private volatile boolean running;

  Workers(
      DispatchSettings settings,
      WorkflowClient client,
      SearchAttributes searchAttributes,
      ExpressLane expressLane,
      DurableLane durableLane,
      DurableDrain durableDrain,
      StartDeliveries startDeliveries,
      EarlyStart earlyStart,
      Drains drains,
      Leases leases) {
    this.searchAttributes = searchAttributes;
    this.earlyStart = earlyStart;
    this.drains = drains;
    this.leases = leases;
    this.factory =
        WorkerFactory.newInstance(
            client,
            WorkerFactoryOptions.newBuilder()
                .setUsingVirtualWorkflowThreads(true)
                .setWorkflowCacheSize(2_000)
                .build());
    WorkerOptions options =
        WorkerOptions.newBuilder()
            .setUsingVirtualThreads(true)
            .setMaxConcurrentWorkflowTaskExecutionSize(WORKFLOW_TASKS)
            .setMaxConcurrentLocalActivityExecutionSize(WORKFLOW_TASKS)
            .setMaxConcurrentActivityExecutionSize(LATER_ATTEMPTS)
            // Long enough that a busy machine is not taken for a deadlock.
            .setDefaultDeadlockDetectionTimeout(5_000)
            .build();

    var events = factory.newWorker(TaskQueues.EVENTS, options);
    events.registerWorkflowImplementationTypes(FanOut.class, SharedFanOut.class);
    events.registerActivitiesImplementations(expressLane);

    ExpectedFailures.install();
    var deliveries = factory.newWorker(TaskQueues.DELIVERIES, options);
    deliveries.registerWorkflowImplementationTypes(RetryingDelivery.class);
    deliveries.registerActivitiesImplementations(durableLane);

    var backlogs =
        factory.newWorker(
            TaskQueues.BACKLOGS,
            WorkerOptions.newBuilder(options)
                .setMaxConcurrentActivityExecutionSize(DRAINS)
                .setMaxHeartbeatThrottleInterval(HEARTBEAT_INTERVAL)
                .build());
    backlogs.registerWorkflowImplementationTypes(DrainingBacklog.class);
    backlogs.registerActivitiesImplementations(durableDrain);

    var starts =
        factory.newWorker(
            TaskQueues.STARTS,
            WorkerOptions.newBuilder()
                .setUsingVirtualThreads(true)
                .setMaxConcurrentActivityExecutionSize(settings.startSlots())
                .setMaxConcurrentActivityTaskPollers(1)
                .build());
    starts.registerActivitiesImplementations(startDeliveries);
  }

  /** Waits until workflows can be started; false if this node stops instead. */
  public boolean awaitReady() throws InterruptedException {
    while (running) {
      if (ready.await(BETWEEN_TRIES.toMillis(), TimeUnit.MILLISECONDS)) {
        return true;
      }
    }
    return false;
  }

  /** Whether workflows can be started. */
  public boolean isReady() {
    return running && ready.getCount() == 0;
  }

  /** Starts the workers once Temporal answers; returns at once. */
  public void start() {
    running = true;
    Thread.ofVirtual().name("workers").start(this::startOnceConnected);
  }

  private void startOnceConnected() {
    boolean logged = false;
    while (running) {
      try {
        searchAttributes.register();
        startWorkers();
        return;
      } catch (StatusRuntimeException e) {
        if (!logged) {
          log.warn("waiting for Temporal: {}", e.getMessage());
          logged = true;
        }
        pause();
      }
    }
  }

  private synchronized void startWorkers() {
    if (running) {
      factory.start();
      ready.countDown();
      log.info("connected to Temporal; workers started");
    }
  }

  /** Stops the workers; returns once attempts under way are recorded or handed back. */
  public void stop() {
    boolean started = stopStarting();
    if (started) {
      factory.shutdown();
    }
    earlyStart.shutdown();
    drains.shutdown();
    awaitTermination(started, DRAIN);
    if (started) {
      factory.shutdownNow();
    }
    earlyStart.shutdownNow();
    drains.shutdownNow();
    awaitTermination(started, HAND_BACK);
    releaseUnsentEvents();
  }

  /** Whether workers have been started; if not, none will be, and there are none to wait for. */
  private synchronized boolean stopStarting() {
    running = false;
    return factory.isStarted();
  }

  private void awaitTermination(boolean started, Duration atMost) {
    long until = System.nanoTime() + atMost.toNanos();
    if (started) {
      factory.awaitTermination(atMost.toMillis(), TimeUnit.MILLISECONDS);
    }
    earlyStart.awaitTermination(Duration.ofNanos(Math.max(0, until - System.nanoTime())));
    drains.awaitTermination(Duration.ofNanos(Math.max(0, until - System.nanoTime())));
  }

  /** Releases leases, so that other nodes need not wait until they expire. */
  private void releaseUnsentEvents() {
    try {
      leases.releaseOffers();
    } catch (DataAccessException e) {
      log.warn("cannot release leases of unsent events; they will expire: {}", e.getMessage());
    }
  }

  private static void pause() {
    try {
      Thread.sleep(BETWEEN_TRIES);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}
