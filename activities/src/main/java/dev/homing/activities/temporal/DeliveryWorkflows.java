package dev.homing.activities.temporal;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.delivery.Delivery.Reason;
import dev.homing.activities.subscription.Receiver;
import dev.homing.activities.temporal.WorkflowRuns.Latest;
import dev.homing.workflows.DeliveryId;
import dev.homing.workflows.delivery.DeliveryWorkflow;
import dev.homing.workflows.delivery.LaterAttempts;
import dev.homing.workflows.delivery.WaitingDelivery;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.workflowservice.v1.RequestCancelWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.ResetActivityRequest;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowExecutionAlreadyStarted;
import java.time.Duration;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts, wakes and cancels the workflows of waiting deliveries.
 *
 * <p>The ledger is written first and decides; calls here only make it take effect sooner. If
 * Temporal does not answer, the failure is logged and nothing is lost.
 */
public final class DeliveryWorkflows {
  private static final Logger log = LoggerFactory.getLogger(DeliveryWorkflows.class);

  /** How long to wait for an earlier run, however slowly Temporal answers. */
  private static final Duration TRY_FOR = Duration.ofSeconds(1);

  private static final Duration BETWEEN_TRIES = Duration.ofMillis(100);

  private final WorkflowClient client;
  private final DeliveryRuns runs;

  public DeliveryWorkflows(WorkflowClient client) {
    this.client = client;
    this.runs = new DeliveryRuns(client);
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

  /** Whether a run has the delivery in hand after {@link #startOrWake}. */
  public enum Started {
    YES,
    /**
     * A run is at work. It takes the delivery once it has finished; or Temporal has lost its
     * activity, and it waits until the activity times out.
     */
    AT_WORK,
    /** Its earlier run is still ending: try again in a moment. */
    NOT_YET,
    /** Temporal does not answer. */
    NO_ANSWER
  }

  /**
   * Has a due delivery attempted now, by a new run or by the one that waits.
   *
   * <p>A run that is at work is not woken: it goes on with what is due by itself, and would then
   * take the wake for that of an operator, who asks for another attempt.
   *
   * @param untaken whether no run has taken the delivery meanwhile
   */
  public Started startOrWake(Delivery delivery, Receiver receiver, BooleanSupplier untaken) {
    try {
      return startOrWakeWithRetry(delivery, receiver, untaken);
    } catch (RuntimeException e) {
      warn("start", delivery.key().id(), e);
      return Started.NO_ANSWER;
    }
  }

  private Started startOrWakeWithRetry(
      Delivery delivery, Receiver receiver, BooleanSupplier untaken) {
    Started seen = Started.NOT_YET;
    long until = System.nanoTime() + TRY_FOR.toNanos();
    try {
      do {
        if (ShortCalls.call(() -> start(waiting(delivery, receiver)))) {
          return Started.YES;
        }
        Latest latest = runs.latest(delivery.key().id());
        if (!untaken.getAsBoolean()) {
          return Started.YES;
        }
        if (latest instanceof Latest.Running(var run, var waits) && !waits) {
          seen = run.equals(delivery.endedRunId()) ? Started.NOT_YET : Started.AT_WORK;
        } else if (wakeUnlessEnding(delivery, latest)) {
          return Started.YES;
        }
        // The earlier run is about to end, or to take the delivery.
        Thread.sleep(BETWEEN_TRIES);
      } while (System.nanoTime() - until < 0);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
    return seen;
  }

  /** Wakes the run; false if it was told to end: it is woken to do so, and takes no new round. */
  private boolean wakeUnlessEnding(Delivery delivery, Latest latest) {
    boolean mayContinue =
        switch (latest) {
          case Latest.None _, Latest.Ended _, Latest.Ending _ -> false;
          case Latest.Asleep(var run) -> !run.equals(delivery.endedRunId());
          case Latest.Running(var run, _) -> !run.equals(delivery.endedRunId());
          case Latest.Paused(var run) -> !run.equals(delivery.endedRunId());
        };
    return wake(delivery.key().id()) && mayContinue;
  }

  /** Starts a delivery's workflow; false if it already runs. */
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

  /** Ends a delivery's wait, so that its next attempt is made now; false if it does not wait. */
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

  /** Whether a run knows a decision after {@link #notifyRun}. */
  public enum Notified {
    YES,
    /** It is at work, and may have read the delivery before the decision: notify it again. */
    NOT_YET,
    /** Temporal does not answer. */
    NO_ANSWER
  }

  /**
   * Notifies a delivery's run of a decision.
   *
   * <p>The run is cancelled if the delivery is over; otherwise it attempts the delivery now.
   */
  public Notified notifyRun(Delivery decided) {
    DeliveryId id = decided.key().id();
    try {
      if (decided.state().isOver()) {
        cancel(
            id,
            requireNonNull(decided.runId()),
            requireNonNullElse(Reason.wordOf(decided.reason()), "over"));
      } else if (runs.latest(id) instanceof Latest.Running(_, var waits) && !waits) {
        return Notified.NOT_YET; // After a reset it might wait all the same.
      } else {
        reset(id);
      }
      return Notified.YES;
    } catch (StatusRuntimeException refused) {
      if (refused.getStatus().getCode() == Status.Code.NOT_FOUND) {
        return Notified.YES; // The run has ended, or read the delivery after the decision.
      }
      warn("notify", id, refused);
      return Notified.NO_ANSWER;
    }
  }

  /** Cancels this run only: a later one was started for a later decision. */
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

  private String namespace() {
    return client.getOptions().getNamespace();
  }

  private static WorkflowExecution execution(DeliveryId id) {
    return WorkflowExecution.newBuilder().setWorkflowId(id.toString()).build();
  }

  private static void warn(String act, Object id, RuntimeException failure) {
    log.warn("cannot {} {} in Temporal: {}", act, id, ShortCalls.cause(failure));
  }
}
