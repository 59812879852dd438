package dev.homing.activities.temporal;

import dev.homing.activities.temporal.WorkflowRuns.Latest;
import dev.homing.workflows.DeliveryId;
import dev.homing.workflows.delivery.DeliveryWorkflow;
import io.grpc.StatusRuntimeException;
import io.temporal.client.WorkflowClient;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/** Queries to Temporal about the runs of deliveries' workflows. */
public final class DeliveryRuns {
  /** Retries after internal faults wait less, so such a run waits because of its receiver. */
  private static final Duration MIN_SLEEP = Duration.ofSeconds(15);

  private final WorkflowRuns runs;

  public DeliveryRuns(WorkflowClient client) {
    this.runs = new WorkflowRuns(client, MIN_SLEEP);
  }

  /** The terminated latest run of a delivery. */
  public record Terminated(DeliveryId delivery, String runId) {}

  /**
   * Deliveries whose latest run was terminated after {@code since}.
   *
   * <p>Leaves out runs that a reset replaced.
   *
   * @throws StatusRuntimeException if Temporal does not answer
   */
  public List<Terminated> terminatedSince(Instant since) {
    return runs
        .ids(
            "ExecutionStatus=\"Terminated\" AND WorkflowType=\"%s\" AND CloseTime > \"%s\""
                .formatted(DeliveryWorkflow.TYPE, since))
        .stream()
        .flatMap(id -> DeliveryId.read(id).stream())
        .flatMap(
            id ->
                latest(id) instanceof Latest.Ended(var runId, var terminated) && terminated
                    ? Stream.of(new Terminated(id, runId))
                    : Stream.empty())
        .toList();
  }

  /**
   * The latest run of a delivery.
   *
   * @throws StatusRuntimeException if Temporal does not answer
   */
  public Latest latest(DeliveryId id) {
    return runs.latest(id.toString());
  }
}
