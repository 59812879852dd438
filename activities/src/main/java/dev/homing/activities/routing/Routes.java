package dev.homing.activities.routing;

import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Finds the recipients of events.
 *
 * <p>Redis caches routes; PostgreSQL decides. A cached route is used only if its version is the one
 * that the accepting transaction reads, so a wrong cache never changes the recipients.
 */
public final class Routes {
  private final RedisRoutes remembered;
  private final JdbcClient jdbc;
  private final Executor background;
  private final Counter hits;
  private final Counter misses;
  private final SingleFlight lookUps = new SingleFlight();
  private final SingleFlight reads = new SingleFlight();

  /** {@code background} writes to Redis, so that a slow Redis never delays a commit. */
  public Routes(
      RedisRoutes remembered, JdbcClient jdbc, Executor background, MeterRegistry metrics) {
    this.remembered = remembered;
    this.jdbc = jdbc;
    this.background = background;
    this.hits = metrics.counter("homing.routes", "cache", "hit");
    this.misses = metrics.counter("homing.routes", "cache", "miss");
  }

  /** The cached route, read before the transaction; it must be confirmed. */
  public Route remembered(Tenant tenant, String eventType) {
    Asked asked = new Asked(tenant, eventType);
    return lookUps.get(asked, () -> remembered.get(asked));
  }

  /** The key of a route. */
  public record Asked(Tenant tenant, String eventType) {}

  /**
   * Called in the accepting transaction: returns each cached route that is still valid, and reads
   * the others from PostgreSQL.
   */
  public Map<Asked, Route> confirm(Map<Asked, Route> candidates) {
    Map<Tenant, Long> versions =
        versions(candidates.keySet().stream().map(Asked::tenant).collect(Collectors.toSet()));
    Map<Asked, Route> confirmed = new HashMap<>();
    candidates.forEach(
        (asked, candidate) -> {
          Long version = versions.get(asked.tenant());
          if (version == null) {
            throw new IllegalStateException("there is no tenant " + asked.tenant());
          }
          confirmed.put(asked, confirm(asked, candidate, version));
        });
    return confirmed;
  }

  /** Counts cache hits whose validity the accepting statement itself has checked. */
  public void confirmed(Set<Asked> remembered) {
    hits.increment(remembered.size());
  }

  private Route confirm(Asked asked, Route candidate, long version) {
    if (candidate.version() == version) {
      hits.increment();
      return candidate;
    }
    misses.increment();
    return readOnce(asked, version);
  }

  /** One read at a time on this node: concurrent callers share its result if it is new enough. */
  private Route readOnce(Asked asked, long version) {
    Route route = reads.get(asked, () -> readAndRemember(asked, version));
    return route.version() >= version ? route : read(asked, version);
  }

  private Route readAndRemember(Asked asked, long version) {
    Route route = read(asked, version);
    background.execute(() -> remembered.put(asked, route));
    return route;
  }

  private Route read(Asked asked, long version) {
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

  private Map<Tenant, Long> versions(Set<Tenant> tenants) {
    return jdbc
        .sql("select tenant, routes_version from tenants where tenant = any(:tenants)")
        .param("tenants", tenants.stream().map(Tenant::name).toArray(String[]::new))
        .query((row, _) -> Map.entry(new Tenant(row.getString(1)), row.getLong(2)))
        .list()
        .stream()
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }
}
