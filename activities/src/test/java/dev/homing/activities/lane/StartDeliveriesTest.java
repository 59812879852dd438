package dev.homing.activities.lane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.activities.Execution;
import dev.homing.activities.OneAtATime;
import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.delivery.Delivery.Reason;
import dev.homing.activities.delivery.Delivery.State;
import dev.homing.activities.delivery.Ledger;
import dev.homing.activities.temporal.DeliveryWorkflows;
import dev.homing.workflows.delivery.DeliveryStarts;
import dev.homing.workflows.delivery.WaitingDelivery;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

@OneAtATime
class StartDeliveriesTest {
  private final Ledger ledger = new Ledger();

  @Test
  void startsDeliveriesWithoutAWorkflow() {
    Delivery.Key one = waiting();
    Delivery.Key inHand = waiting();
    Delivery.Key over = waiting();
    Delivery.Key other = waiting();
    ledger.assignTo("run-1", inHand, false);
    ledger.cancel(over, Reason.CANCELLED);

    startAll(one, inHand, over, other);

    assertThat(ledger.node.temporal.started())
        .containsExactlyInAnyOrder(one.id().toString(), other.id().toString());
  }

  private Delivery.Key waiting() {
    Delivery.Key key = ledger.toNewSubscription();
    ledger.leave(key, State.RETRYING, null, Duration.ZERO);
    return key;
  }

  private void startAll(Delivery.Key... keys) {
    List<WaitingDelivery> waiting =
        Stream.of(keys)
            .map(key -> DeliveryWorkflows.waiting(ledger.find(key), ledger.receiver(key)))
            .toList();
    boolean unused =
        Execution.in("run-2")
            .call(
                DeliveryStarts.class,
                new StartDeliveries(
                    ledger.node.waiting, new DeliveryWorkflows(ledger.node.temporal.client())),
                starts -> {
                  starts.startAll(waiting);
                  return true;
                });
  }
}
