package dev.homing.workflows.event;

import dev.homing.workflows.DeliveryId;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The first attempts of events, all together. Histories hold the names of the activity types. */
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
   * @param originalRun the calling run's id, unless somebody reset the workflow: then another one,
   *     and every recipient that is not delivered gets a new round, once in the run
   */
  @ActivityMethod(name = "SendAll")
  Unfinished sendAll(AcceptedEvent event, @Nullable DeliveryId after, String originalRun);

  /**
   * The same for several events: a fault of ours that comes with one of them leaves the others
   * alone.
   */
  @ActivityMethod(name = "SendAllOf")
  SharedUnfinished sendAllOf(List<AcceptedEvent> events, String originalRun);

  /**
   * Records as cancelled every recipient that is neither delivered nor given up, and whose round
   * was not asked for since.
   *
   * @param roundsOf the run that opened the rounds of these events, if one did: only those are
   *     cancelled; null: not known, as an earlier version asks
   */
  @ActivityMethod(name = "CancelUnfinished")
  void cancelUnfinished(List<AcceptedEvent> events, @Nullable String roundsOf);
}
