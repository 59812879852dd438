package dev.homing.activities.delivery;

import com.google.protobuf.ByteString;
import dev.homing.activities.ShortCalls;
import dev.homing.activities.subscription.Receiver;
import dev.homing.workflows.DeliveryId;
import dev.homing.workflows.Search;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.delivery.Attempts;
import dev.homing.workflows.delivery.DeliveryWorkflow;
import dev.homing.workflows.delivery.WaitingDelivery;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.temporal.api.batch.v1.BatchOperationCancellation;
import io.temporal.api.batch.v1.BatchOperationResetActivities;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.api.workflow.v1.PendingActivityInfo;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionResponse;
import io.temporal.api.workflowservice.v1.ListWorkflowExecutionsRequest;
import io.temporal.api.workflowservice.v1.ResetActivityRequest;
import io.temporal.api.workflowservice.v1.StartBatchOperationRequest;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowExecutionAlreadyStarted;
import io.temporal.client.WorkflowNotFoundException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
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

  private static final int TRIES = 5;
  private static final Duration BETWEEN_TRIES = Duration.ofMillis(100);

  private final WorkflowClient client;

  public DeliveryWorkflows(WorkflowClient client) {
    this.client = client;
  }

  static WaitingDelivery waiting(Delivery.Key key, Receiver receiver) {
    return new WaitingDelivery(
        key.tenant(),
        key.id(),
        key.eventId(),
        key.eventType(),
        key.subscriptionId(),
        receiver.url().host(),
        receiver.schedule(),
        receiver.timeout());
  }

  /**
   * Has a delivery that is due attempted now: by a new run, or by the one that waits. False if
   * Temporal does not answer.
   */
  public boolean startOrWake(Delivery.Key key, Receiver receiver) {
    try {
      ShortCalls.run(() -> insist(key, receiver));
      return true;
    } catch (RuntimeException away) {
      say("start", key.id(), away);
      return false;
    }
  }

  private void insist(Delivery.Key key, Receiver receiver) {
    try {
      for (int tried = 0; tried < TRIES; tried++) {
        if (start(waiting(key, receiver)) || wake(key.id())) {
          return;
        }
        TimeUnit.MILLISECONDS.sleep(BETWEEN_TRIES.toMillis()); // It is just ending.
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  /** False if one runs already. */
  boolean start(WaitingDelivery delivery) {
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
      var unused =
          ShortCalls.to(client)
              .resetActivity(
                  ResetActivityRequest.newBuilder()
                      .setNamespace(namespace())
                      .setExecution(execution(id))
                      .setType(Attempts.SEND)
                      .build());
      return true;
    } catch (StatusRuntimeException refused) {
      if (refused.getStatus().getCode() != Status.Code.NOT_FOUND) {
        say("wake", id, refused);
      }
      return false;
    }
  }

  /** Ends a delivery's workflow, if it has one. */
  public void cancel(DeliveryId id) {
    try {
      ShortCalls.run(() -> client.newUntypedWorkflowStub(id.toString()).cancel());
    } catch (WorkflowNotFoundException ended) {
      log.trace("nothing to cancel", ended);
    } catch (RuntimeException away) {
      say("cancel", id, away);
    }
  }

  /** Ends the waits of all deliveries to a subscription. */
  public void wakeAll(SubscriptionId subscription) {
    batch(
        subscription,
        StartBatchOperationRequest.newBuilder()
            .setReason("subscription enabled")
            .setResetActivitiesOperation(
                BatchOperationResetActivities.newBuilder()
                    .setIdentity(client.getOptions().getIdentity())
                    .setType(Attempts.SEND)));
  }

  /** Ends the workflows of all deliveries to a subscription. */
  public void cancelAll(SubscriptionId subscription, String reason) {
    batch(
        subscription,
        StartBatchOperationRequest.newBuilder()
            .setReason(reason)
            .setCancellationOperation(
                BatchOperationCancellation.newBuilder()
                    .setIdentity(client.getOptions().getIdentity())));
  }

  private void batch(SubscriptionId subscription, StartBatchOperationRequest.Builder request) {
    try {
      var unused =
          ShortCalls.to(client)
              .startBatchOperation(
                  request
                      .setNamespace(namespace())
                      .setJobId(UUID.randomUUID().toString())
                      .setVisibilityQuery(
                          "%s=\"%s\" AND ExecutionStatus=\"Running\" AND WorkflowType=\"%s\""
                              .formatted(
                                  Search.SUBSCRIPTION_ID.getName(),
                                  subscription,
                                  DeliveryWorkflow.TYPE))
                      .build());
    } catch (StatusRuntimeException away) {
      say("batch", subscription, away);
    }
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
    record Asleep() implements Latest {}

    /** It is at work, or will be in a moment, or somebody paused it. */
    record Running() implements Latest {}
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
    return switch (info.getStatus()) {
      case WORKFLOW_EXECUTION_STATUS_RUNNING, WORKFLOW_EXECUTION_STATUS_PAUSED ->
          run.getPendingActivitiesList().stream().anyMatch(DeliveryWorkflows::isAsleep)
              ? new Latest.Asleep()
              : new Latest.Running();
      default ->
          new Latest.Ended(
              info.getExecution().getRunId(),
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

  private static void say(String act, Object id, RuntimeException failure) {
    log.warn("Temporal did not {} {}: {}", act, id, failure.getMessage());
  }
}
