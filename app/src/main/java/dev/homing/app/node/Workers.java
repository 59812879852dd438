package dev.homing.app.node;

import dev.homing.activities.event.Leases;
import dev.homing.activities.lane.DurableLane;
import dev.homing.activities.lane.EarlyStart;
import dev.homing.activities.lane.ExpressLane;
import dev.homing.activities.lane.StartDeliveries;
import dev.homing.activities.temporal.ShortCalls;
import dev.homing.workflows.Search;
import dev.homing.workflows.TaskQueues;
import dev.homing.workflows.delivery.RetryingDelivery;
import dev.homing.workflows.event.FanOut;
import dev.homing.workflows.event.SharedFanOut;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.temporal.api.enums.v1.IndexedValueType;
import io.temporal.api.operatorservice.v1.AddSearchAttributesRequest;
import io.temporal.api.operatorservice.v1.ListSearchAttributesRequest;
import io.temporal.client.WorkflowClient;
import io.temporal.serviceclient.OperatorServiceStubs;
import io.temporal.serviceclient.OperatorServiceStubsOptions;
import io.temporal.worker.WorkerFactory;
import io.temporal.worker.WorkerFactoryOptions;
import io.temporal.worker.WorkerOptions;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * What runs here: both workflows and both lanes, in this process.
 *
 * <p>Waits for Temporal as long as it takes, in the background, and makes sure that the search
 * attributes exist. At shutdown, attempts under way are finished and recorded.
 */
@Component
public class Workers implements SmartLifecycle {
  /** Stops before the database, after the API and the dispatcher. */
  static final int PHASE = 1_000;

  private static final Logger log = LoggerFactory.getLogger(Workers.class);

  /** A first attempt holds one while it waits for its receivers. */
  private static final int WORKFLOW_TASKS = 500;

  /** Later attempts under way at once. */
  private static final int DELIVERIES = 500;

  private static final Duration BETWEEN_TRIES = Duration.ofSeconds(1);

  /** For attempts under way to end by themselves: longer than one takes with the usual timeout. */
  private static final Duration DRAIN = Duration.ofSeconds(18);

  /** For the others to be interrupted and handed back, so that another node goes on at once. */
  private static final Duration HAND_BACK = Duration.ofSeconds(4);

  private final WorkflowClient client;
  private final EarlyStart earlyStart;
  private final Leases leases;
  private final WorkerFactory factory;
  private final CountDownLatch ready = new CountDownLatch(1);
  private volatile boolean running;

  Workers(
      DispatchSettings settings,
      WorkflowClient client,
      ExpressLane expressLane,
      DurableLane durableLane,
      StartDeliveries startDeliveries,
      EarlyStart earlyStart,
      Leases leases) {
    this.client = client;
    this.earlyStart = earlyStart;
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
            .setMaxConcurrentActivityExecutionSize(DELIVERIES)
            // A busy machine is not a deadlock.
            .setDefaultDeadlockDetectionTimeout(5_000)
            .build();

    var events = factory.newWorker(TaskQueues.EVENTS, options);
    events.registerWorkflowImplementationTypes(FanOut.class, SharedFanOut.class);
    events.registerActivitiesImplementations(expressLane);

    ExpectedFailures.keepOutOfTheLog();
    var deliveries = factory.newWorker(TaskQueues.DELIVERIES, options);
    deliveries.registerWorkflowImplementationTypes(RetryingDelivery.class);
    deliveries.registerActivitiesImplementations(durableLane);

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

  @Override
  public void start() {
    running = true;
    Thread.ofVirtual().name("workers").start(this::startWhenTemporalIsThere);
  }

  private void startWhenTemporalIsThere() {
    boolean said = false;
    while (running) {
      try {
        ShortCalls.run(this::registerSearchAttributes);
        factory.start();
        ready.countDown();
        log.info("Temporal is there: working");
        return;
      } catch (StatusRuntimeException away) {
        if (!said) {
          log.warn("waiting for Temporal: {}", away.getMessage());
          said = true;
        }
        pause();
      }
    }
  }

  /** Again and again, as Temporal may have lost them with its database. */
  @Scheduled(fixedDelay = 10_000)
  void keepSearchAttributes() {
    if (isReady()) {
      try {
        ShortCalls.run(this::registerSearchAttributes);
      } catch (StatusRuntimeException away) {
        log.debug("search attributes cannot be read: {}", away.getMessage());
      }
    }
  }

  private void registerSearchAttributes() {
    OperatorServiceStubs operator =
        OperatorServiceStubs.newServiceStubs(
            OperatorServiceStubsOptions.newBuilder()
                .setChannel(client.getWorkflowServiceStubs().getRawChannel())
                .validateAndBuildWithDefaults());
    String namespace = client.getOptions().getNamespace();
    var known =
        operator
            .blockingStub()
            .listSearchAttributes(
                ListSearchAttributesRequest.newBuilder().setNamespace(namespace).build())
            .getCustomAttributesMap();
    var missing = AddSearchAttributesRequest.newBuilder().setNamespace(namespace);
    for (var key : Search.ALL) {
      if (!known.containsKey(key.getName())) {
        missing.putSearchAttributes(key.getName(), IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD);
      }
    }
    if (missing.getSearchAttributesCount() > 0) {
      add(operator, missing.build());
    }
  }

  private static void add(OperatorServiceStubs operator, AddSearchAttributesRequest missing) {
    try {
      var unused = operator.blockingStub().addSearchAttributes(missing);
      log.info("registered search attributes {}", missing.getSearchAttributesMap().keySet());
    } catch (StatusRuntimeException refused) {
      if (refused.getStatus().getCode() != Status.Code.ALREADY_EXISTS) {
        throw refused; // Another node may have been quicker.
      }
    }
  }

  @Override
  public void stop() {
    running = false;
    factory.shutdown();
    earlyStart.shutdown();
    awaitTermination(DRAIN);
    factory.shutdownNow();
    earlyStart.shutdownNow();
    awaitTermination(HAND_BACK);
    handBackEvents();
  }

  private void awaitTermination(Duration atMost) {
    long until = System.nanoTime() + atMost.toNanos();
    factory.awaitTermination(atMost.toMillis(), TimeUnit.MILLISECONDS);
    earlyStart.awaitTermination(Duration.ofNanos(Math.max(0, until - System.nanoTime())));
  }

  /** Those that were accepted here and not begun: another node need not wait for their lease. */
  private void handBackEvents() {
    try {
      leases.releaseOffers();
    } catch (DataAccessException away) {
      log.warn("events are handed back when their lease is over: {}", away.getMessage());
    }
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  @Override
  public int getPhase() {
    return PHASE;
  }

  private static void pause() {
    try {
      Thread.sleep(BETWEEN_TRIES);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}
