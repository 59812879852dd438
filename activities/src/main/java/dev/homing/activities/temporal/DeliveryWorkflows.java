package dev.homing.activities.temporal;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import com.google.protobuf.ByteString;
import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.subscription.Receiver;
import dev.homing.workflows.DeliveryId;
import dev.homing.workflows.delivery.DeliveryWorkflow;
import dev.homing.workflows.delivery.LaterAttempts;
import dev.homing.workflows.delivery.WaitingDelivery;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.api.workflow.v1.PendingActivityInfo;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionResponse;
import io.temporal.api.workflowservice.v1.ListWorkflowExecutionsRequest;
import io.temporal.api.workflowservice.v1.RequestCancelWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.ResetActivityRequest;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowExecutionAlreadyStarted;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The workflows of deliveries that wait, as operators handle them.
 *
 * <p>The ledger is written first and decides; what is done here only makes it happen sooner. So a
 * Temporal that does not answer is said in the log, and nothing is lost.
 */
public final class DeliveryWorkflows {
  private static final Logger log = LoggerFactory.getLogger(DeliveryWorkflows.class);

  /** A fault of ours waits for less. */
  private static final Duration A_LITTLE = Duration.ofSeconds(15);

  private static final int TRIES = 10;
  private static final Duration BETWEEN_TRIES = Duration.ofMillis(100);

  private final WorkflowClient client;

  public DeliveryWorkflows(WorkflowClient client) {
    this.client = client;
  }

  public static WaitingDelivery waiting(Delivery delivery, Receiver receiver) {
    Delivery.Key key = delivery.key();
    return new WaitingDelivery(
        key.tenant(),
        key.id(),
        key.eventId(),
        key.eventType(),
        key.subscriptionId(),
        receiver.url().host(),
        receiver.schedule(),
        receiver.timeout(),
        delivery.round());
  }

  /** Whether a run attends to a delivery. */
  public enum Started {
    YES,
    /** Its earlier run is still ending: ask again in a moment. */
    NOT_YET,
    /** Temporal does not answer. */
    NO_ANSWER
  }

  /** Has a delivery that is due attempted now: by a new run, or by the one that waits. */
  public Started startOrWake(Delivery delivery, Receiver receiver) {
    AtomicBoolean started = new AtomicBoolean();
    try {
      ShortCalls.run(() -> started.set(startOrWakeWithRetry(delivery, receiver)));
      return started.get() ? Started.YES : Started.NOT_YET;
    } catch (RuntimeException away) {
      warn("start", delivery.key().id(), away);
      return Started.NO_ANSWER;
    }
  }

  private boolean startOrWakeWithRetry(Delivery delivery, Receiver receiver) {
    try {
      for (int tried = 0; tried < TRIES; tried++) {
        if (start(waiting(delivery, receiver)) || wakeUnlessItEnds(delivery)) {
          return true;
        }
        TimeUnit.MILLISECONDS.sleep(BETWEEN_TRIES.toMillis()); // It is just ending.
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
    return false;
  }

  /** A run that was told to end is woken to do so, and takes no new round. */
  private boolean wakeUnlessItEnds(Delivery delivery) {
    DeliveryId id = delivery.key().id();
    boolean goesOn =
        switch (latestRun(id)) {
          case Latest.None _, Latest.Ended _, Latest.Ending _ -> false;
          case Latest.Asleep(var run) -> !run.equals(delivery.endedRunId());
          case Latest.Running(var run) -> !run.equals(delivery.endedRunId());
        };
    return wake(id) && goesOn;
  }

  /** False if one runs already. */
  public boolean start(WaitingDelivery delivery) {
    DeliveryWorkflow workflow =
        client.newWorkflowStub(DeliveryWorkflow.class, DeliveryWorkflow.options(delivery));
    try {
      WorkflowClient.start(workflow::deliver, delivery);
      return true;
    } catch (WorkflowExecutionAlreadyStarted running) {
      return false;
    }
  }

  /** Ends a delivery's wait: its next attempt is made now. False if it does not wait. */
  public boolean wake(DeliveryId id) {
    try {
      reset(id);
      return true;
    } catch (StatusRuntimeException refused) {
      if (refused.getStatus().getCode() != Status.Code.NOT_FOUND) {
        warn("wake", id, refused);
      }
      return false;
    }
  }

  private void reset(DeliveryId id) {
    var unused =
        ShortCalls.to(client)
            .resetActivity(
                ResetActivityRequest.newBuilder()
                    .setNamespace(namespace())
                    .setExecution(execution(id))
                    .setType(LaterAttempts.SEND)
                    .build());
  }

  /**
   * Tells the run that has a delivery in hand what was decided: it ends if the delivery is over,
   * and attempts it now if it is due. False if Temporal does not answer.
   */
  public boolean tell(Delivery decided) {
    DeliveryId id = decided.key().id();
    try {
      if (decided.state().isOver()) {
        cancel(id, requireNonNull(decided.runId()), requireNonNullElse(decided.reason(), "over"));
      } else {
        reset(id);
      }
      return true;
    } catch (StatusRuntimeException refused) {
      if (refused.getStatus().getCode() == Status.Code.NOT_FOUND) {
        return true; // It has ended, or is at work.
      }
      warn("tell", id, refused);
      return false;
    }
  }

  /** This run only: a later one was started for what was decided since. */
  private void cancel(DeliveryId id, String runId, String reason) {
    var unused =
        ShortCalls.to(client)
            .requestCancelWorkflowExecution(
                RequestCancelWorkflowExecutionRequest.newBuilder()
                    .setNamespace(namespace())
                    .setWorkflowExecution(execution(id).toBuilder().setRunId(runId))
                    .setIdentity(client.getOptions().getIdentity())
                    .setRequestId(UUID.randomUUID().toString())
                    .setReason(reason)
                    .build());
  }

  /** A run that somebody terminated. */
  public record Terminated(DeliveryId delivery, String runId) {}

  /**
   * The deliveries whose latest run was terminated since then; runs replaced by a reset are not.
   *
   * @throws StatusRuntimeException if Temporal does not answer
   */
  public List<Terminated> terminatedSince(Instant since) {
    return workflows(
            "ExecutionStatus=\"Terminated\" AND WorkflowType=\"%s\" AND CloseTime > \"%s\""
                .formatted(DeliveryWorkflow.TYPE, since))
        .stream()
        .flatMap(id -> DeliveryId.read(id).stream())
        .flatMap(
            id ->
                latestRun(id) instanceof Latest.Ended(var runId, var terminated) && terminated
                    ? Stream.of(new Terminated(id, runId))
                    : Stream.empty())
        .toList();
  }

  /** The workflow ids that Temporal lists, page by page. */
  private Set<String> workflows(String query) {
    Set<String> ids = new LinkedHashSet<>();
    ByteString next = ByteString.EMPTY;
    do {
      var page =
          ShortCalls.to(client)
              .listWorkflowExecutions(
                  ListWorkflowExecutionsRequest.newBuilder()
                      .setNamespace(namespace())
                      .setQuery(query)
                      .setNextPageToken(next)
                      .build());
      page.getExecutionsList().forEach(run -> ids.add(run.getExecution().getWorkflowId()));
      next = page.getNextPageToken();
    } while (!next.isEmpty());
    return ids;
  }

  /** A delivery's workflow as Temporal has it now. */
  public sealed interface Latest {
    /** Temporal knows of none: it was never started, or is kept no longer, or was lost. */
    record None() implements Latest {}

    /** Nothing runs. */
    record Ended(String runId, boolean terminated) implements Latest {}

    /** It waits, and for longer than a little. */
    record Asleep(String runId) implements Latest {}

    /** It is at work, or will be in a moment, or somebody paused it. */
    record Running(String runId) implements Latest {}

    /** Somebody cancelled it, and it has not ended yet. */
    record Ending() implements Latest {}
  }

  /**
   * What Temporal says of a delivery.
   *
   * @throws StatusRuntimeException if it does not answer
   */
  public Latest latestRun(DeliveryId id) {
    try {
      return latest(
          ShortCalls.to(client)
              .describeWorkflowExecution(
                  DescribeWorkflowExecutionRequest.newBuilder()
                      .setNamespace(namespace())
                      .setExecution(execution(id))
                      .build()));
    } catch (StatusRuntimeException failure) {
      if (failure.getStatus().getCode() == Status.Code.NOT_FOUND) {
        return new Latest.None();
      }
      throw failure;
    }
  }

  private static Latest latest(DescribeWorkflowExecutionResponse run) {
    var info = run.getWorkflowExecutionInfo();
    String runId = info.getExecution().getRunId();
    return switch (info.getStatus()) {
      case WORKFLOW_EXECUTION_STATUS_RUNNING, WORKFLOW_EXECUTION_STATUS_PAUSED -> {
        if (run.getWorkflowExtendedInfo().getCancelRequested()) {
          yield new Latest.Ending();
        }
        yield run.getPendingActivitiesList().stream().anyMatch(DeliveryWorkflows::isAsleep)
            ? new Latest.Asleep(runId)
            : new Latest.Running(runId);
      }
      default ->
          new Latest.Ended(
              runId,
              info.getStatus() == WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_TERMINATED);
    };
  }

  private static boolean isAsleep(PendingActivityInfo activity) {
    return !activity.getPaused()
        && activity.hasNextAttemptScheduleTime()
        && activity.getNextAttemptScheduleTime().getSeconds()
            > Instant.now().plus(A_LITTLE).getEpochSecond();
  }

  private String namespace() {
    return client.getOptions().getNamespace();
  }

  private static WorkflowExecution execution(DeliveryId id) {
    return WorkflowExecution.newBuilder().setWorkflowId(id.toString()).build();
  }

  private static void warn(String act, Object id, RuntimeException failure) {
    log.warn("Temporal did not {} {}: {}", act, id, failure.getMessage());
  }
}
