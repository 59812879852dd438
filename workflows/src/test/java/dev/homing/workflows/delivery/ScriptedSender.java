package dev.homing.workflows.delivery;

import static java.util.Objects.requireNonNull;

import dev.homing.workflows.DeliveryId;
import io.temporal.activity.Activity;
import io.temporal.failure.ApplicationErrorCategory;
import io.temporal.failure.ApplicationFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Answers attempts from a script, with a ledger in memory; refuses once the script is over. */
final class ScriptedSender implements LaterAttempts {
  final List<Instant> attemptedAt = Collections.synchronizedList(new ArrayList<>());
  final List<DeliveryId> cancelled = Collections.synchronizedList(new ArrayList<>());
  private final Queue<Step> script = new ArrayDeque<>();
  private final LongSupplier millis;

  interface Step {
    Outcome attempt();
  }

  ScriptedSender(LongSupplier millis) {
    this.millis = millis;
  }

  void then(Step... steps) {
    Collections.addAll(script, steps);
  }

  @Override
  public void send(WaitingDelivery delivery, String originalRun) {
    attemptedAt.add(Instant.ofEpochMilli(millis.getAsLong()));
    Step step = script.poll();
    Outcome outcome = step == null ? new Outcome.Refused(500, null) : step.attempt();
    int attempt = attemptedAt.size();
    switch (outcome) {
      case Outcome.Delivered _, Outcome.Gone _ -> {}
      case Outcome.Refused(_, var retryAfter) -> waitOrGiveUp(delivery, attempt, retryAfter);
      case Outcome.Unanswered _ -> waitOrGiveUp(delivery, attempt, null);
    }
  }

  private static void waitOrGiveUp(
      WaitingDelivery delivery, int attempt, @Nullable Duration retryAfter) {
    if (attempt == delivery.schedule().maxAttempts()) {
      throw ApplicationFailure.newNonRetryableFailure("schedule over", "failed");
    }
    throw ApplicationFailure.newBuilder()
        .setMessage("attempt " + attempt + " failed")
        .setType("refused")
        .setCategory(ApplicationErrorCategory.BENIGN)
        .setNextRetryDelay(requireNonNull(delivery.schedule().waitAfter(attempt, retryAfter, 0.5)))
        .build();
  }

  @Override
  public void recordCancelled(WaitingDelivery delivery) {
    cancelled.add(delivery.id());
    Activity.getExecutionContext(); // Only an activity may touch the ledger.
  }
}
