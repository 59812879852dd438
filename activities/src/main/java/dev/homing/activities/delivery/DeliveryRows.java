package dev.homing.activities.delivery;

import dev.homing.activities.delivery.Delivery.Reason;
import dev.homing.activities.delivery.Delivery.State;
import dev.homing.workflows.EventId;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.UUID;

/** Reads deliveries from their rows. */
final class DeliveryRows {
  static final String COLUMNS =
      "tenant, id, event_id, event_type, subscription_id, state, reason, round, round_attempts,"
          + " attempt_count, next_attempt_at, run_id, backlogged, ended_run, turn_since,"
          + " updated_at";

  private DeliveryRows() {}

  static Delivery delivery(ResultSet row) throws SQLException {
    Delivery.Key key =
        new Delivery.Key(
            new Tenant(row.getString("tenant")),
            new EventId(row.getObject("event_id", UUID.class)),
            row.getString("event_type"),
            new SubscriptionId(row.getObject("subscription_id", UUID.class)));
    OffsetDateTime next = row.getObject("next_attempt_at", OffsetDateTime.class);
    OffsetDateTime turn = row.getObject("turn_since", OffsetDateTime.class);
    String reason = row.getString("reason");
    return new Delivery(
        key,
        State.of(row.getString("state")),
        reason == null ? null : Reason.of(reason),
        row.getInt("round"),
        row.getInt("round_attempts"),
        row.getInt("attempt_count"),
        next == null ? null : next.toInstant(),
        row.getString("run_id"),
        row.getBoolean("backlogged"),
        row.getString("ended_run"),
        turn == null ? null : turn.toInstant(),
        row.getObject("updated_at", OffsetDateTime.class).toInstant());
  }
}
