package dev.homing.workflows.event;

import dev.homing.workflows.delivery.DeliveryId;
import io.temporal.activity.ActivityInterface;
import org.jspecify.annotations.Nullable;

/** The first attempts of an event, all together. */
@ActivityInterface
public interface FirstAttempts {

  /**
   * Makes the first attempt for every recipient that has none yet, and waits until each recipient's
   * result is recorded, by whomever.
   *
   * <p>Called again, also elsewhere and meanwhile, it sends to nobody twice. Never throws for a
   * receiver.
   *
   * @param after leaves out of the answer the deliveries up to this one
   */
  Unfinished sendAll(AcceptedEvent event, @Nullable DeliveryId after);

  /** Opens a new round for every recipient that is not delivered; at most once in a run. */
  void openRounds(AcceptedEvent event);

  /** Records as cancelled every recipient that is neither delivered nor given up. */
  void cancelUnfinished(AcceptedEvent event);
}
