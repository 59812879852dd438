package dev.homing.activities.temporal;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.delivery.Delivery.Reason;
import dev.homing.activities.subscription.Receiver;
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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
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

  private static final int TRIES = 10;
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

  /** Whether a run has a delivery in hand. */
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
    boolean mayContinue =
        switch (runs.latest(id)) {
          case DeliveryRuns.Latest.None _,
              DeliveryRuns.Latest.Ended _,
              DeliveryRuns.Latest.Ending _ ->
              false;
          case DeliveryRuns.Latest.Asleep(var run) -> !run.equals(delivery.endedRunId());
          case DeliveryRuns.Latest.Running(var run) -> !run.equals(delivery.endedRunId());
        };
    return wake(id) && mayContinue;
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
        cancel(
            id,
            requireNonNull(decided.runId()),
            requireNonNullElse(Reason.wordOf(decided.reason()), "over"));
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
