package dev.homing.activities.event;

import dev.homing.workflows.EventId;
import dev.homing.workflows.event.AcceptedEvent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Gatherers;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Who may make the first attempts of an event.
 *
 * <p>The right is a lease in PostgreSQL, by PostgreSQL's clock. The accepting node has it from the
 * commit on, and either sends at once or offers it to the event's workflow; the first {@code
 * sendAll} on that node accepts the offer, once. Any other node waits until all rows exist or the
 * lease has expired.
 */
public final class Leases {
  private static final int RENEWED_TOGETHER = 1_000;

  private final JdbcClient jdbc;
  private final Duration duration;

  /** Leases of events that this node accepted and nobody has begun to send. */
  private final ConcurrentHashMap<EventId, Offer> offers = new ConcurrentHashMap<>();

  /** Leases of events that wait here to be sent, by the time of their last renewal. */
  private final ConcurrentHashMap<Lease, Long> kept = new ConcurrentHashMap<>();

  /** The duration of a lease must outlast an attempt. */
  public Leases(JdbcClient jdbc, Duration duration) {
    this.jdbc = jdbc;
    this.duration = duration;
  }

  /** The right to send an event first, known by a token. */
  public record Lease(AcceptedEvent event, String token) {
    static Lease of(AcceptedEvent event) {
      return new Lease(event, UUID.randomUUID().toString());
    }
  }

  private record Offer(Lease lease, long sinceNanos) {}

  /** How long a lease lasts: the accepting commit gives one with each event. */
  public Duration duration() {
    return duration;
  }

  /** After the commit, when nothing was begun: this node's first {@code sendAll} accepts it. */
  public void offer(Lease mine) {
    offers.put(mine.event().id(), new Offer(mine, System.nanoTime()));
  }

  /** Drops offers that were not accepted in time, as when Temporal is down. */
  public void evictExpiredOffers() {
    long now = System.nanoTime();
    offers.values().removeIf(old -> now - old.sinceNanos() > duration.toNanos());
  }

  /** At the end of this node: another may take at once what was offered here. */
  public void releaseOffers() {
    List<Lease> offered = offers.values().stream().map(Offer::lease).toList();
    if (offered.isEmpty()) {
      return;
    }
    jdbc.sql(
            """
            update open_events set leased_until = now()
            where event_id = any(:events) and leased_by = any(:tokens)
            """)
        .param("events", offered.stream().map(l -> l.event().id().uuid()).toArray(UUID[]::new))
        .param("tokens", offered.stream().map(Lease::token).toArray(String[]::new))
        .update();
    offers.clear();
  }

  /** How soon a lease must be renewed while its work goes on. */
  public Duration renewal() {
    return duration.dividedBy(3);
  }

  /** The lease that accepting gave this node; empty if there is no offer, or not any more. */
  public Optional<Lease> acceptOffer(AcceptedEvent event) {
    return Optional.ofNullable(offers.remove(event.id()))
        .filter(
            mine ->
                System.nanoTime() - mine.sinceNanos() < duration.dividedBy(2).toNanos()
                    || renew(mine.lease()))
        .map(Offer::lease);
  }

  /** The lease, if the one before has expired; never two at a time. */
  public Optional<Lease> takeExpired(AcceptedEvent event) {
    Lease mine = Lease.of(event);
    int taken =
        jdbc.sql(
                """
                update open_events
                set leased_until = now() + :lease * interval '1 millisecond', leased_by = :token,
                  look_after = null
                where tenant = :tenant and event_id = :event and leased_until < now()
                """)
            .param("tenant", event.tenant().name())
            .param("event", event.id().uuid())
            .param("lease", duration.toMillis())
            .param("token", mine.token())
            .update();
    return taken == 1 ? Optional.of(mine) : Optional.empty();
  }

  /** False if it was lost meanwhile: another node that has it now may send as well. */
  public boolean renew(Lease mine) {
    return extend(mine, duration);
  }

  /** A lease that {@link #renewKept} renews until this is closed. */
  public interface Kept extends AutoCloseable {
    @Override
    void close();
  }

  /** Keeps the lease of an event that waits: thousands that renew one by one are too many. */
  public Kept keep(Lease mine) {
    kept.put(mine, System.nanoTime());
    return () -> kept.remove(mine);
  }

  /** How many are kept. */
  public int kept() {
    return kept.size();
  }

  /** Renews together what is kept, if it was not renewed lately. */
  public void renewKept() {
    long now = System.nanoTime();
    kept.entrySet().stream()
        .filter(each -> now - each.getValue() > renewal().dividedBy(2).toNanos())
        .map(Map.Entry::getKey)
        .gather(Gatherers.windowFixed(RENEWED_TOGETHER))
        .forEach(this::renew);
  }

  /** Rows that another transaction has locked are left for the next time. */
  private void renew(List<Lease> due) {
    long now = System.nanoTime();
    jdbc.sql(
            """
            update open_events o set leased_until = now() + :lease * interval '1 millisecond'
            from (
              select tenant, event_id
              from unnest(:tenants::text[], :events::uuid[], :tokens::text[])
                as due (tenant, event_id, leased_by)
              join open_events using (tenant, event_id, leased_by)
              for update of open_events skip locked) mine
            where o.tenant = mine.tenant and o.event_id = mine.event_id
            """)
        .param("lease", duration.toMillis())
        .param("tenants", due.stream().map(l -> l.event().tenant().name()).toArray(String[]::new))
        .param("events", due.stream().map(l -> l.event().id().uuid()).toArray(UUID[]::new))
        .param("tokens", due.stream().map(Lease::token).toArray(String[]::new))
        .update();
    due.forEach(each -> kept.computeIfPresent(each, (_, _) -> now));
  }

  /**
   * Lets another node take it at once. An interrupted thread releases as well: it stops, and a pool
   * would give it no connection.
   */
  public void release(Lease mine) {
    boolean interrupted = Thread.interrupted();
    try {
      extend(mine, Duration.ZERO);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private boolean extend(Lease mine, Duration from) {
    return jdbc.sql(
                """
                update open_events
                set leased_until = now() + :lease * interval '1 millisecond'
                where tenant = :tenant and event_id = :event and leased_by = :token
                """)
            .param("tenant", mine.event().tenant().name())
            .param("event", mine.event().id().uuid())
            .param("lease", from.toMillis())
            .param("token", mine.token())
            .update()
        == 1;
  }
}
