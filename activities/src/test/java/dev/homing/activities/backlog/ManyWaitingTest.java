package dev.homing.activities.backlog;

import static dev.homing.activities.delivery.WaitingDeliveries.MOST_CHANGED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.activities.Node;
import dev.homing.activities.OneAtATime;
import dev.homing.activities.Postgres;
import dev.homing.activities.SampleSubscriptions;
import dev.homing.activities.subscription.SubscriptionKey;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import org.junit.jupiter.api.Test;

/** More deliveries wait for a subscription than one statement may change. */
@OneAtATime
class ManyWaitingTest {
  private static final int WAITING = MOST_CHANGED + 3_000;

  private final Tenant tenant = Postgres.newTenant();
  private final Node node = new Node();
  private final SubscriptionId subscription =
      SampleSubscriptions.active(tenant, "http://127.0.0.1:1/", Node.TYPE);
  private final SubscriptionKey key = new SubscriptionKey(tenant, subscription);

  @Test
  void enablingReleasesSomeAndLeavesTheRestToTheDrain() {
    insert("'held', 'paused', false, null");

    int released = node.waiting.release(tenant, subscription);

    assertThat(released).isEqualTo(MOST_CHANGED);
    assertThat(count("backlogged and state = 'retrying' and next_attempt_at <= now()"))
        .isEqualTo(MOST_CHANGED);
    assertThat(node.backlog.release(key)).isEqualTo(2_000);
    assertThat(node.backlog.release(key)).isEqualTo(1_000);
    assertThat(node.backlog.release(key)).isZero();
    assertThat(count("backlogged and state = 'retrying' and next_attempt_at <= now()"))
        .isEqualTo(WAITING);
  }

  @Test
  void drainReleasesNothingThatWaitsForItsTurn() {
    insert("'held', 'in_order', true, null");

    assertThat(node.backlog.release(key)).isZero();

    assertThat(count("reason = 'in_order'")).isEqualTo(WAITING);
  }

  @Test
  void pausedSubscriptionHoldsItsBacklogStepByStep() {
    insert("'retrying', null, true, now()");
    SampleSubscriptions.pause(tenant, subscription);

    assertThat(node.backlog.holdIfPaused(key)).isTrue();
    assertThat(count("reason = 'paused'")).isEqualTo(MOST_CHANGED);
    assertThat(node.backlog.holdIfPaused(key)).isFalse();
    assertThat(count("reason = 'paused'")).isEqualTo(WAITING);
  }

  @Test
  void deletedSubscriptionCancelsItsDeliveriesStepByStep() {
    insert("'retrying', null, true, now()");
    SampleSubscriptions.delete(tenant, subscription);

    assertThat(node.waiting.cancelForInactive(tenant, subscription)).isEqualTo(MOST_CHANGED);
    assertThat(node.waiting.cancelForInactive(tenant, subscription))
        .isEqualTo(WAITING - MOST_CHANGED);
    assertThat(count("state = 'cancelled'")).isEqualTo(WAITING);
  }

  /** With these values of state, reason, backlogged and next_attempt_at. */
  private void insert(String values) {
    Postgres.jdbc()
        .sql(
            """
            insert into deliveries (tenant, id, event_id, event_type, subscription_id, state,
              reason, backlogged, next_attempt_at)
            select :tenant, uuidv7(), uuidv7(), 'order.created', :id, %s
            from generate_series(1, :count)
            """
                .formatted(values))
        .param("tenant", tenant.name())
        .param("id", subscription.uuid())
        .param("count", WAITING)
        .update();
  }

  private int count(String condition) {
    return Postgres.jdbc()
        .sql(
            "select count(*) from deliveries where tenant = :tenant and subscription_id = :id and "
                + condition)
        .param("tenant", tenant.name())
        .param("id", subscription.uuid())
        .query(Integer.class)
        .single();
  }
}
