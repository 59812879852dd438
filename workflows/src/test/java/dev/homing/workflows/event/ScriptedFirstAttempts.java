package dev.homing.workflows.event;

import dev.homing.workflows.DeliveryId;
import dev.homing.workflows.delivery.DeliveryStarts;
import dev.homing.workflows.delivery.LaterAttempts;
import dev.homing.workflows.delivery.WaitingDelivery;
import io.temporal.activity.Activity;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** First attempts that leave given deliveries waiting, which the next attempt then delivers. */
final class ScriptedFirstAttempts implements FirstAttempts, DeliveryStarts, LaterAttempts {
  final List<WaitingDelivery> unfinished = new ArrayList<>();
  final List<String> calls = Collections.synchronizedList(new ArrayList<>());
  final List<DeliveryId> retried = Collections.synchronizedList(new ArrayList<>());
  final List<WaitingDelivery> started = new ArrayList<>();
  final List<AcceptedEvent> apart = new ArrayList<>();
  final List<AcceptedEvent> cancelled = new ArrayList<>();
  final List<String> cancelledRounds = new ArrayList<>();
  int failures;
  Runnable meanwhile = () -> {};

  @Override
  public Unfinished sendAll(AcceptedEvent event, @Nullable DeliveryId after, String originalRun) {
    calls.add(Activity.getExecutionContext().getInfo().isLocal() ? "local" : "insistent");
    if (failures-- > 0) {
      throw new IllegalStateException("the database is away");
    }
    meanwhile.run();
    int from =
        after == null
            ? 0
            : unfinished.stream().map(WaitingDelivery::id).toList().indexOf(after) + 1;
    int to = Math.min(from + Unfinished.PAGE, unfinished.size());
    return new Unfinished(unfinished.subList(from, to), to < unfinished.size(), List.of());
  }

  @Override
  public SharedUnfinished sendAllOf(List<AcceptedEvent> events, String originalRun) {
    Unfinished of = sendAll(events.getFirst(), null, originalRun);
    return new SharedUnfinished(of.deliveries(), apart, of.results());
  }

  @Override
  public void startAll(List<WaitingDelivery> deliveries) {
    calls.add(Activity.getExecutionContext().getInfo().getActivityTaskQueue());
    if (failures-- > 0) {
      throw new IllegalStateException("Temporal is away");
    }
    started.addAll(deliveries);
  }

  @Override
  public void cancelUnfinished(List<AcceptedEvent> events, @Nullable String roundsOf) {
    calls.add("cancelled");
    cancelledRounds.add(String.valueOf(roundsOf));
    cancelled.addAll(events);
  }

  @Override
  public void send(WaitingDelivery delivery, String originalRun) {
    retried.add(delivery.id());
  }

  @Override
  public void recordCancelled(WaitingDelivery delivery) {}
}
