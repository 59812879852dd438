package dev.homing.workflows.event;

import io.temporal.failure.CanceledFailure;
import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.Workflow;
import java.util.List;

/** Does for several events what {@code FanOut} does for one. */
public final class SharedFanOut implements SharedEventWorkflow {
  private final ExpressCalls express = new ExpressCalls();

  @Override
  public void tellEveryone(List<AcceptedEvent> events) {
    CancellationScope asked = CancellationScope.current();
    // Detached: what has begun is finished and recorded, also when a cancel comes meanwhile.
    Workflow.newDetachedCancellationScope(() -> tell(events, asked)).run();
    if (asked.isCancelRequested()) {
      throw new CanceledFailure("cancelled; what was not delivered is recorded as cancelled");
    }
  }

  private void tell(List<AcceptedEvent> events, CancellationScope asked) {
    String originalRun = Workflow.getInfo().getOriginalExecutionRunId();
    SharedUnfinished unfinished = express.call(lane -> lane.sendAllOf(events, originalRun));
    if (!asked.isCancelRequested()) {
      Children.startAll(unfinished.deliveries());
      Children.startEach(unfinished.apart());
    }
    if (asked.isCancelRequested()) {
      express.insistent().cancelUnfinished(events);
    }
  }
}
