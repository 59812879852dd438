package dev.homing.app.chaos;

import static java.util.Objects.requireNonNull;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.api.workflow.v1.WorkflowExecutionInfo;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.ListWorkflowExecutionsRequest;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Where deliveries wait, by PostgreSQL and by Temporal: in a workflow of their own, in the backlog
 * of their subscription, behind the head of their sequence, or, for a moment, on their way out of
 * the express lane. Each waits in exactly one of these.
 */
final class Places {
  /** A run that finds that it no longer has its delivery in hand ends at once. */
  private static final Duration UNTIL_IT_ENDS = Duration.ofSeconds(15);

  /** A delivery whose run was lost is taken up a minute after it was due, and claims last 30 s. */
  private static final Duration UNTIL_RESCUED = Duration.ofMinutes(2);

  /** Deliveries whose workflows are looked up. */
  private static final int LOOKED_UP = 500;

  /**
   * The deliveries that wait in no place or in two, by the ledger alone. A snapshot never shows
   * one: each move is one commit.
   */
  private static final String MISPLACED =
      """
      select d.id, d.state, d.reason, d.run_id, d.backlogged from deliveries d
      where d.state in ('retrying', 'held')
        -- In its own workflow.
        and (d.run_id is not null)::int
        -- In its subscription's backlog, which a drain looks at by the time that it is due.
          + (d.backlogged and d.reason is distinct from 'in_order'
              and (d.next_attempt_at is null or exists (
                select from standings s
                where s.tenant = d.tenant and s.subscription_id = d.subscription_id
                  and s.next_look is not null)))::int
        -- Held behind the head of its sequence.
          + (d.reason is not distinct from 'in_order' and exists (
              select from sequence_entries e
              where e.tenant = d.tenant and e.subscription_id = d.subscription_id
                and e.delivery_id = d.id))::int
        -- About to get its own workflow, or to be enabled.
          + (d.run_id is null and not d.backlogged and d.reason is distinct from 'in_order')::int
        <> 1
      """;

  private final World world;
  private int compared;

  Places(World world) {
    this.world = world;
  }

  /** Waiting deliveries that were compared so far. */
  int compared() {
    return compared;
  }

  /** What is wrong in PostgreSQL now. */
  List<String> complaintsOfTheLedger() {
    compared += waiting().size();
    return world.rows(MISPLACED).stream()
        .map(row -> "waits in no place or in two: " + row)
        .toList();
  }

  /** What is wrong now, or does not become right in time. */
  List<String> complaints() {
    List<String> complaints = new ArrayList<>(complaintsOfTheLedger());
    try (Workflows workflows = new Workflows(world)) {
      complaints.addAll(persisting(UNTIL_IT_ENDS, () -> inTwoPlaces(workflows)));
      complaints.addAll(persisting(UNTIL_RESCUED, () -> inNoPlace(workflows)));
    }
    return complaints;
  }

  /** What still waits, or looks after what no longer does, when all has come. */
  List<String> complaintsAtTheEnd() {
    try (Workflows workflows = new Workflows(world)) {
      try {
        World.until("nothing waits", UNTIL_RESCUED, () -> nothingWaits(workflows));
        return List.of();
      } catch (ConditionTimeoutException never) {
        return List.of(
            "at the end %s wait, %d backlogs are looked at, %s have nothing to do"
                .formatted(waiting(), awaitedBacklogs(), withoutWork(workflows)));
      }
    }
  }

  private boolean nothingWaits(Workflows workflows) {
    return waiting().isEmpty() && awaitedBacklogs() == 0 && withoutWork(workflows).isEmpty();
  }

  /** Of what is found now, what is found until this time is over. */
  private static Set<String> persisting(Duration patience, Supplier<Set<String>> found) {
    Set<String> left = new TreeSet<>(found.get());
    try {
      World.until(
          "each waits in one place",
          patience,
          () -> {
            left.retainAll(found.get());
            return left.isEmpty();
          });
    } catch (ConditionTimeoutException never) {
      // What is left is returned.
    }
    return left;
  }

  /**
   * A delivery that waits.
   *
   * @param run of its own workflow, if that has it in hand
   * @param drain the run of its backlog's workflow, if there is one
   */
  private record Waiting(
      String id,
      String subscription,
      @Nullable String run,
      boolean backlogged,
      @Nullable String drain) {
    static Waiting of(List<@Nullable String> row) {
      return new Waiting(
          "dlv_" + row.get(0),
          "sub_" + row.get(1),
          row.get(2),
          requireNonNull(row.get(3)).equals("t"),
          row.get(4));
    }
  }

  /** What waits for the healthy sinks and the watched ones. */
  private List<Waiting> waiting() {
    return world
        .rows(
            """
            select d.id, d.subscription_id, d.run_id, d.backlogged, s.run_id
            from deliveries d
            left join standings s on s.tenant = d.tenant and s.subscription_id = d.subscription_id
              and d.reason is distinct from 'in_order' and d.backlogged
            where d.state in ('retrying', 'held') and d.subscription_id in (%s)
            order by d.id
            limit %d
            """
                .formatted(watched(), LOOKED_UP))
        .stream()
        .map(Waiting::of)
        .toList();
  }

  private String watched() {
    return world.watched().stream()
        .map(id -> "'" + id.substring(4) + "'")
        .collect(Collectors.joining(","));
  }

  private Set<String> inTwoPlaces(Workflows workflows) {
    return waiting().stream()
        .filter(Waiting::backlogged)
        .filter(each -> workflows.running(each.id()) != null)
        .map(each -> each.id() + " waits in a backlog, and its own workflow runs")
        .collect(Collectors.toSet());
  }

  private Set<String> inNoPlace(Workflows workflows) {
    return waiting().stream()
        .filter(each -> !isInItsPlace(each, workflows))
        .map(
            each ->
                "%s waits in no place: %s"
                    .formatted(
                        each.id(),
                        each.backlogged()
                            ? "the workflow of its backlog is gone"
                            : each.run() == null ? "nothing has it" : "its workflow is gone"))
        .collect(Collectors.toSet());
  }

  private static boolean isInItsPlace(Waiting delivery, Workflows workflows) {
    if (delivery.run() != null) {
      return delivery.run().equals(workflows.running(delivery.id()));
    }
    return delivery.backlogged()
        && (delivery.drain() == null
            || delivery.drain().equals(workflows.running(delivery.subscription())));
  }

  private long awaitedBacklogs() {
    return world.count(
        "select count(*) from standings where next_look is not null and subscription_id in (%s)"
            .formatted(watched()));
  }

  /** Workflows of deliveries that no longer wait, and of backlogs in which nothing does. */
  private Set<String> withoutWork(Workflows workflows) {
    Set<String> needed =
        world
            .rows(
                """
                select 'dlv_' || id from deliveries where state in ('retrying', 'held')
                  and run_id is distinct from 'seeded'
                union all
                select 'sub_' || subscription_id from standings where next_look is not null
                """)
            .stream()
            .map(row -> requireNonNull(row.getFirst()))
            .collect(Collectors.toSet());
    return workflows.allRunning().stream()
        .filter(id -> id.startsWith("dlv_") || id.startsWith("sub_"))
        .filter(id -> !needed.contains(id))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The workflows in the Temporal of a world. */
  private static final class Workflows implements AutoCloseable {
    private static final String NAMESPACE = "default";

    private final WorkflowServiceStubs stubs;

    Workflows(World world) {
      stubs =
          WorkflowServiceStubs.newServiceStubs(
              WorkflowServiceStubsOptions.newBuilder()
                  .setTarget(world.parts().temporal().url())
                  .build());
    }

    /** The run of a workflow that has not ended; null if there is none. */
    @Nullable String running(String id) {
      try {
        WorkflowExecutionInfo latest =
            stubs
                .blockingStub()
                .describeWorkflowExecution(
                    DescribeWorkflowExecutionRequest.newBuilder()
                        .setNamespace(NAMESPACE)
                        .setExecution(WorkflowExecution.newBuilder().setWorkflowId(id))
                        .build())
                .getWorkflowExecutionInfo();
        return latest.getStatus() == WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING
            ? latest.getExecution().getRunId()
            : null;
      } catch (StatusRuntimeException failure) {
        if (failure.getStatus().getCode() == Status.Code.NOT_FOUND) {
          return null;
        }
        throw failure;
      }
    }

    /** The ids of the workflows that have not ended, of which a thousand are read. */
    Set<String> allRunning() {
      return stubs
          .blockingStub()
          .listWorkflowExecutions(
              ListWorkflowExecutionsRequest.newBuilder()
                  .setNamespace(NAMESPACE)
                  .setQuery("ExecutionStatus = 'Running'")
                  .setPageSize(1_000)
                  .build())
          .getExecutionsList()
          .stream()
          .map(info -> info.getExecution().getWorkflowId())
          .collect(Collectors.toSet());
    }

    @Override
    public void close() {
      stubs.shutdownNow();
    }
  }
}
