package dev.homing.activities.temporal;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import dev.homing.activities.Node;
import dev.homing.activities.SampleSubscriptions;
import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.delivery.Ledger;
import dev.homing.activities.temporal.DeliveryWorkflows.Notified;
import dev.homing.activities.temporal.DeliveryWorkflows.Started;
import io.temporal.api.enums.v1.PendingActivityState;
import io.temporal.api.workflow.v1.PendingActivityInfo;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How retries and notices reach the run of a delivery that was there before. */
class DeliveryWorkflowsTest {
  private static final PendingActivityInfo AT_WORK =
      PendingActivityInfo.newBuilder()
          .setState(PendingActivityState.PENDING_ACTIVITY_STATE_STARTED)
          .build();

  private final Ledger ledger = new Ledger();
  private final Node node = ledger.node;
  private final TemporalCalls temporal = node.temporal;
  private Delivery retried;

  @BeforeEach
  void openARound() {
    Delivery.Key key =
        ledger.to(SampleSubscriptions.active(ledger.tenant, "https://receiver.example/"));
    node.deliveries.add(key, Delivery.State.RETRYING, null);
    ledger.openRound(key);
    retried = ledger.find(key);
  }

  @Test
  void startsARunWhereNoneIs() {
    assertThat(startOrWake()).isEqualTo(Started.YES);

    assertThat(temporal.started()).containsExactly(retried.key().id().toString());
    assertThat(temporal.woken()).isEmpty();
  }

  @Test
  void wakesARunThatWaitsForSomeSeconds() {
    temporal.running(waiting(Duration.ofSeconds(10)));

    assertThat(startOrWake()).isEqualTo(Started.YES);

    assertThat(temporal.woken()).containsExactly(retried.key().id().toString());
  }

  /** It takes the new round by itself; woken as well, it would make another attempt. */
  @Test
  void leavesARunAloneThatIsAtWork() {
    temporal.running(AT_WORK);

    assertThat(startOrWake()).isEqualTo(Started.AT_WORK);

    assertThat(temporal.woken()).isEmpty();
  }

  @Test
  void slowTemporalIsNotTakenForOneThatDoesNotAnswer() {
    temporal.running(AT_WORK);
    temporal.answerAfter(Duration.ofMillis(600));

    assertThat(startOrWake()).isEqualTo(Started.AT_WORK);
  }

  @Test
  void leavesARunAloneThatHasTakenTheNewRound() {
    temporal.running(waiting(Duration.ofSeconds(10)));
    ledger.set(retried.key(), "run_id = 'run'");

    assertThat(startOrWake()).isEqualTo(Started.YES);

    assertThat(temporal.woken()).isEmpty();
  }

  @Test
  void notifiesARunThatWaits() {
    temporal.running(waiting(Duration.ofHours(1)));

    assertThat(notifyRun()).isEqualTo(Notified.YES);

    assertThat(temporal.woken()).containsExactly(retried.key().id().toString());
  }

  /** It may have read the delivery before the decision, and a reset does not shorten its wait. */
  @Test
  void doesNotKnowWhetherARunAtWorkWasNotified() {
    temporal.running(AT_WORK);

    assertThat(notifyRun()).isEqualTo(Notified.NOT_YET);

    assertThat(temporal.woken()).isEmpty();
  }

  private Notified notifyRun() {
    return new DeliveryWorkflows(temporal.client()).notifyRun(retried);
  }

  private Started startOrWake() {
    return new DeliveryWorkflows(temporal.client())
        .startOrWake(
            retried, ledger.receiver(retried.key()), () -> node.deliveries.isUntaken(retried));
  }

  private static PendingActivityInfo waiting(Duration time) {
    return PendingActivityInfo.newBuilder()
        .setState(PendingActivityState.PENDING_ACTIVITY_STATE_SCHEDULED)
        .setNextAttemptScheduleTime(
            Timestamp.newBuilder().setSeconds(Instant.now().plus(time).getEpochSecond()))
        .build();
  }
}
