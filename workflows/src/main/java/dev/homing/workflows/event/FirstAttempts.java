package dev.homing.workflows.event;

import dev.homing.workflows.DeliveryId;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The first attempts of an event's deliveries. Histories hold the names of the activity types. */
@ActivityInterface
public interface FirstAttempts {

  /**
   * Makes the first attempt for each recipient that has none yet, and waits until every recipient's
   * result is recorded, by this or another node.
   *
   * <p>Repeated or concurrent calls, on any node, send to no recipient twice. A receiver's failure
   * never throws.
   *
   * @param after the answer leaves out the deliveries up to this one; null: leaves out none
   * @param originalRun the id of the run before any reset. It differs from the calling run's id
   *     after an operator has reset the workflow: then each recipient that is not delivered gets a
   *     new round, once per run
   */
  @ActivityMethod(name = "SendAll")
  Unfinished sendAll(AcceptedEvent event, @Nullable DeliveryId after, String originalRun);

  /** The same for several events. A fault of ours with one event does not affect the others. */
  @ActivityMethod(name = "SendAllOf")
  SharedUnfinished sendAllOf(List<AcceptedEvent> events, String originalRun);

  /**
   * Records each delivery as cancelled that is neither delivered nor given up, unless a new round
   * of it has been asked for since.
   *
   * @param roundsOf id of the run that opened the rounds of these events, if a run did: only those
   *     rounds are cancelled; null if not known, in calls by earlier versions
   */
  @ActivityMethod(name = "CancelUnfinished")
  void cancelUnfinished(List<AcceptedEvent> events, @Nullable String roundsOf);
}
