package dev.homing.workflows.event;

import dev.homing.workflows.delivery.WaitingDelivery;
import io.temporal.workflow.Workflow;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Does for several events what {@code FanOut} does for one. */
public final class SharedFanOut implements SharedEventWorkflow {
  private final ExpressCalls express = new ExpressCalls();

  @Override
  public void tellEveryone(List<AcceptedEvent> events) {
    Cancellation.finishing(asked -> tell(events, asked));
  }

  private void tell(List<AcceptedEvent> events, BooleanSupplier asked) {
    String originalRun = Workflow.getInfo().getOriginalExecutionRunId();
    SharedUnfinished unfinished = express.call(lane -> lane.sendAllOf(events, originalRun));
    if (!asked.getAsBoolean()) {
      startAll(unfinished.deliveries());
      Children.startEach(unfinished.apart());
    }
    if (asked.getAsBoolean()) {
      express.insistent().cancelUnfinished(events);
    }
  }

  private void startAll(List<WaitingDelivery> deliveries) {
    if (!deliveries.isEmpty()) {
      express.run(lane -> lane.startAll(deliveries));
    }
  }
}
