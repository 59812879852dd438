package dev.homing.activities.routing;

import dev.homing.activities.routing.Routes.Asked;
import dev.homing.workflows.SubscriptionId;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Reads routes from PostgreSQL, as the current transaction sees them. */
public final class RouteReader {
  private final JdbcClient jdbc;

  public RouteReader(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /** The recipients now; {@code version} says at which version of the tenant's routes. */
  public Route read(Asked asked, long version) {
    List<Recipient> recipients =
        jdbc.sql(
                """
                select distinct t.subscription_id, s.ordered
                from subscription_event_types t
                join subscriptions s on s.tenant = t.tenant and s.id = t.subscription_id
                where t.tenant = :tenant
                  and t.event_type = any(:patterns)
                  and s.deleted_at is null
                  and s.disabled_reason is null
                order by 1
                """)
            .param("tenant", asked.tenant().name())
            .param("patterns", EventTypes.matching(asked.eventType()).toArray(new String[0]))
            .query(
                (row, _) ->
                    new Recipient(
                        new SubscriptionId(row.getObject(1, UUID.class)), row.getBoolean(2)))
            .list();
    return new Route(
        version,
        recipients.stream().map(Recipient::id).toList(),
        recipients.stream().filter(Recipient::ordered).map(Recipient::id).toList());
  }

  private record Recipient(SubscriptionId id, boolean ordered) {}
}
