package dev.homing.activities.event;

import dev.homing.activities.routing.Route;
import dev.homing.activities.routing.RouteReader;
import dev.homing.activities.routing.Routes;
import dev.homing.workflows.EventId;
import dev.homing.workflows.Tenant;
import dev.homing.workflows.event.AcceptedEvent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Publishes Homing's own events to tenants, such as {@code homing.subscription.disabled}.
 *
 * <p>An event is added to the transaction of the change that it tells of: it exists if, and only
 * if, the change is committed.
 */
public final class OwnEvents {
  private static final String CONTENT_TYPE = "application/json";

  /** Of a route that is not remembered. */
  private static final long NO_VERSION = 0;

  private final RouteReader routes;
  private final NewEvents newEvents;
  private final Leases leases;
  private final Supplier<UUID> ids;

  /**
   * @param jdbc of the transactions that change something
   * @param leases with the same {@code jdbc}
   * @param ids makes new ids, which sort by time
   */
  public OwnEvents(JdbcClient jdbc, Leases leases, Supplier<UUID> ids) {
    this.routes = new RouteReader(jdbc);
    this.newEvents = new NewEvents(jdbc, leases);
    this.leases = leases;
    this.ids = ids;
  }

  /**
   * Adds an event to the current transaction; none, if no subscription asks for it.
   *
   * <p>No node has its lease, so the first one that looks for abandoned events after the commit
   * sends it, which takes some seconds.
   *
   * @param payload as {@link #payload} makes it
   */
  public void add(Tenant tenant, String type, byte[] payload) {
    Route route = routes.read(new Routes.Asked(tenant, type), NO_VERSION);
    if (route.recipients().isEmpty()) {
      return;
    }
    Submission submission = new Submission(tenant, type, CONTENT_TYPE, payload, null, null, route);
    AcceptedEvent event =
        new AcceptedEvent(tenant, new EventId(ids.get()), type, route.recipients().size());
    Candidate candidate = new Candidate(submission, Leases.Lease.of(event), route);
    var unused = newEvents.add(List.of(candidate), Set.of()).orElseThrow();
    leases.release(candidate.lease());
  }

  /**
   * The payload of an event of Homing, in the form that Standard Webhooks recommends.
   *
   * @param data the members of the object {@code data}, in JSON
   */
  public static byte[] payload(String type, Instant at, String data) {
    return """
    {"type":"%s","timestamp":"%s","data":{%s}}\
    """
        .formatted(type, at, data)
        .getBytes(StandardCharsets.UTF_8);
  }
}
