package dev.homing.activities.lane;

import dev.homing.activities.InternalFaults;
import dev.homing.activities.delivery.Delivery.Reason;
import dev.homing.activities.delivery.ParkedDeliveries;
import dev.homing.activities.outbound.EgressDownException;
import dev.homing.workflows.delivery.WaitingDelivery;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The next step of a delivery's run after an internal fault: it is not charged to the receiver. */
final class AfterInternalFault {
  private static final Logger log = LoggerFactory.getLogger(AfterInternalFault.class);

  private final ParkedDeliveries parked;

  AfterInternalFault(ParkedDeliveries parked) {
    this.parked = parked;
  }

  NextStep next(WaitingDelivery waiting, String run, RuntimeException fault) {
    try {
      return switch (fault) {
        case EgressDownException egressDown -> postpone(waiting, run, egressDown);
        case RuntimeException _ when InternalFaults.isTransient(fault) -> retrySoon(fault);
        case RuntimeException _ -> retrySoonOrPark(waiting, run, fault);
      };
    } catch (RuntimeException another) {
      fault.addSuppressed(another);
      return retrySoon(fault);
    }
  }

  private NextStep postpone(WaitingDelivery waiting, String run, EgressDownException egressDown) {
    Duration delay = InternalFaults.shortDelay();
    parked.postpone(waiting.tenant(), waiting.id(), run, delay);
    return new NextStep.Wait(
        "egress_down", "not charged to the receiver: " + egressDown.getMessage(), delay);
  }

  /** Retries a recurring fault a few times, then parks the delivery and logs at each recheck. */
  private NextStep retrySoonOrPark(WaitingDelivery waiting, String run, RuntimeException fault) {
    if (parked.countFault(waiting.tenant(), waiting.id(), run) < InternalFaults.QUICK_RETRIES) {
      return retrySoon(fault);
    }
    parked.park(
        waiting.tenant(), waiting.id(), run, Reason.OUR_FAULT, InternalFaults.PARKED_RECHECK);
    log.error("{} is parked after repeated internal faults", waiting.id(), fault);
    return NextStep.held("internal fault: " + fault, InternalFaults.PARKED_RECHECK);
  }

  private static NextStep retrySoon(RuntimeException cause) {
    return new NextStep.InternalFault(cause, InternalFaults.shortDelay());
  }
}
