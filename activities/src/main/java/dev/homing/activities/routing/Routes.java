package dev.homing.activities.routing;

import dev.homing.workflows.Tenant;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
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
  private final RouteReader reader;
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
    this.reader = new RouteReader(jdbc);
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
    return route.version() >= version ? route : reader.read(asked, version);
  }

  private Route readAndRemember(Asked asked, long version) {
    Route route = reader.read(asked, version);
    background.execute(() -> remembered.put(asked, route));
    return route;
  }

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
