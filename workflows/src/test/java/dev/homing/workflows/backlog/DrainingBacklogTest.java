package dev.homing.workflows.backlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.homing.workflows.Samples;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import dev.homing.workflows.WorkflowTest;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowExecutionAlreadyStarted;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowStub;
import io.temporal.failure.ApplicationErrorCategory;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class DrainingBacklogTest extends WorkflowTest {
  private final WaitingSubscription subscription =
      new WaitingSubscription(Tenant.DEFAULT, Samples.subscription(1), "api.example.com");
  private final ScriptedDrain drain = new ScriptedDrain();

  @Override
  protected Object[] activities() {
    return new Object[] {drain};
  }

  @Test
  void completesWhenNothingWaits() {
    run();

    assertThat(drain.executedAt).hasSize(1);
    assertThat(drain.cancelled).isEmpty();
  }

  @Test
  void waitsUntilSomethingIsDueAgain() {
    drain.then(waiting(Duration.ofMinutes(7)), waiting(Duration.ofHours(3)));

    run();

    assertThat(drain.waitBefore(2)).isBetween(Duration.ofMinutes(7), Duration.ofMinutes(8));
    assertThat(drain.waitBefore(3)).isBetween(Duration.ofHours(3), Duration.ofMinutes(181));
  }

  @Test
  void retriesAfterAFaultWithGrowingIntervals() {
    drain.then(fault(), fault(), fault());

    run();

    assertThat(drain.waitBefore(2)).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(2));
    assertThat(drain.waitBefore(4)).isBetween(Duration.ofSeconds(4), Duration.ofSeconds(6));
  }

  @Test
  void cancelEndsTheWaitAndRecordsIt() {
    drain.then(waiting(Duration.ofHours(3)));
    WorkflowStub running = start();
    awaitRetry(running);

    running.cancel();

    assertThatExceptionOfType(WorkflowFailedException.class)
        .isThrownBy(() -> running.getResult(Void.class))
        .havingRootCause()
        .isInstanceOf(CanceledFailure.class);
    assertThat(drain.executedAt).hasSize(1);
    assertThat(drain.cancelled).containsExactly(subscription.id());
  }

  @Test
  void runsOncePerSubscription() {
    drain.then(waiting(Duration.ofHours(3)));
    start();

    assertThatExceptionOfType(WorkflowExecutionAlreadyStarted.class).isThrownBy(this::start);
  }

  private void run() {
    start().getResult(Void.class);
  }

  private WorkflowStub start() {
    BacklogWorkflow workflow =
        client.newWorkflowStub(BacklogWorkflow.class, BacklogWorkflow.options(subscription));
    WorkflowClient.start(workflow::drain, subscription);
    return WorkflowStub.fromTyped(workflow);
  }

  private static ApplicationFailure waiting(Duration delay) {
    return ApplicationFailure.newBuilder()
        .setMessage("7 wait")
        .setType("open")
        .setCategory(ApplicationErrorCategory.BENIGN)
        .setNextRetryDelay(delay)
        .build();
  }

  private static ApplicationFailure fault() {
    return ApplicationFailure.newFailure("the database is down", "fault");
  }

  /** Fails as its script says; after the script's end, nothing waits. */
  private final class ScriptedDrain implements BacklogDrain {
    private final List<Instant> executedAt = Collections.synchronizedList(new ArrayList<>());
    private final List<SubscriptionId> cancelled = Collections.synchronizedList(new ArrayList<>());
    private final Queue<ApplicationFailure> script = new ArrayDeque<>();

    void then(ApplicationFailure... failures) {
      script.addAll(Arrays.asList(failures));
    }

    Duration waitBefore(int execution) {
      return Duration.between(executedAt.get(execution - 2), executedAt.get(execution - 1));
    }

    @Override
    public void drain(WaitingSubscription of) {
      executedAt.add(Instant.ofEpochMilli(temporal.currentTimeMillis()));
      ApplicationFailure failure = script.poll();
      if (failure != null) {
        throw failure;
      }
    }

    @Override
    public void cancelAll(WaitingSubscription of) {
      cancelled.add(of.id());
    }
  }
}
