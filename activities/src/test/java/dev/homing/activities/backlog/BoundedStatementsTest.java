package dev.homing.activities.backlog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.activities.Node;
import dev.homing.activities.SampleIds;
import dev.homing.activities.retention.FreshDatabase;
import dev.homing.activities.subscription.SubscriptionKey;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Statements with a limit keep it with the plan that PostgreSQL kept for an empty table. Such a
 * plan runs a subquery in {@code from} again for each row of the table, and picks others each time.
 */
class BoundedStatementsTest {
  private static final Tenant TENANT = FreshDatabase.TENANT;

  /** Executions after which the driver and PostgreSQL have settled on a plan. */
  private static final int UNTIL_KEPT = 12;

  @AutoClose private final FreshDatabase database = new FreshDatabase();
  private final Node node = database.node;
  private final SubscriptionId subscription = SampleIds.subscription();
  private final SubscriptionKey key = new SubscriptionKey(TENANT, subscription);

  @BeforeEach
  void showThatAllIsEmpty() {
    database.jdbc.sql("vacuum analyze").update();
  }

  @Test
  void release() {
    keepPlan(() -> node.backlog.release(key));
    insertDeliveries(2_500, "'held', 'paused', false, null");

    assertThat(node.backlog.release(key)).isEqualTo(2_000);
  }

  @Test
  void cancel() {
    keepPlan(() -> node.backlog.cancel(key, 300));
    insertDeliveries(1_000, "'retrying', null, true, now()");

    assertThat(node.backlog.cancel(key, 300)).isEqualTo(300);
  }

  @Test
  void claimAbandoned() {
    keepPlan(() -> node.open.claimAbandoned(300).size());
    insertAbandoned(1_000);

    assertThat(node.open.claimAbandoned(300)).hasSize(300);
  }

  private static void keepPlan(IntSupplier statement) {
    for (int i = 0; i < UNTIL_KEPT; i++) {
      assertThat(statement.getAsInt()).isZero();
    }
  }

  /** With these values of state, reason, backlogged and next_attempt_at. */
  private void insertDeliveries(int count, String values) {
    insert(
        count,
        """
        insert into deliveries (tenant, id, event_id, event_type, subscription_id, state,
          reason, backlogged, next_attempt_at)
        select :tenant, uuidv7(), uuidv7(), 'order.created', :id, %s
        from generate_series(1, :count)
        """
            .formatted(values));
  }

  private void insertAbandoned(int count) {
    insert(
        count,
        """
        with event as (
          insert into events (tenant, id, type, content_type, recipients)
          select :tenant, uuidv7(), 'order.created', 'application/json', array[:id]::uuid[]
          from generate_series(1, :count)
          returning tenant, id)
        insert into open_events (tenant, event_id, missing, leased_until, leased_by)
        select tenant, id, 1, now() - interval '1 hour', 'a dead node' from event
        """);
  }

  private void insert(int count, String statement) {
    database
        .jdbc
        .sql(statement)
        .param("tenant", TENANT.name())
        .param("id", subscription.uuid())
        .param("count", count)
        .update();
  }
}
