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
 * Leases on events: only the holder may make an event's first attempts.
 *
 * <p>A lease is stored in PostgreSQL and goes by its clock. The accepting node holds it from the
 * commit on, and either sends at once or offers it to the event's workflow; the first {@code
 * sendAll} on that node accepts the offer, once. Any other node waits until all rows exist or the
 * lease has expired.
 */
public final class Leases {
  /** Leases renewed by one statement. */
  private static final int RENEWAL_BATCH_SIZE = 1_000;

  private final JdbcClient jdbc;
  private final Duration duration;

  /** Leases of events that this node accepted and has not begun to send. */
  private final ConcurrentHashMap<EventId, Offer> offers = new ConcurrentHashMap<>();

  /** Leases of events that wait here to be sent, by the time of their last renewal. */
  private final ConcurrentHashMap<Lease, Long> kept = new ConcurrentHashMap<>();

  /** {@code duration} must be longer than an attempt takes. */
  public Leases(JdbcClient jdbc, Duration duration) {
    this.jdbc = jdbc;
    this.duration = duration;
  }

  /** The right to make an event's first attempts, identified by a token. */
  public record Lease(AcceptedEvent event, String token) {
    static Lease of(AcceptedEvent event) {
      return new Lease(event, UUID.randomUUID().toString());
    }
  }

  private record Offer(Lease lease, long sinceNanos) {}

  /** How long a lease lasts after it was taken or renewed. */
  public Duration duration() {
    return duration;
  }

  /** Offers the lease of an event that was not begun to this node's first {@code sendAll}. */
  public void offer(Lease lease) {
    offers.put(lease.event().id(), new Offer(lease, System.nanoTime()));
  }

  /** Drops offers that were not accepted in time, as when Temporal is down. */
  public void evictExpiredOffers() {
    long now = System.nanoTime();
    offers.values().removeIf(offer -> now - offer.sinceNanos() > duration.toNanos());
  }

  /** Releases the leases on offer at shutdown, so that another node may take them at once. */
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

  /** Accepts this node's offer; empty if there is none, or its lease was lost. */
  public Optional<Lease> acceptOffer(AcceptedEvent event) {
    return Optional.ofNullable(offers.remove(event.id()))
        .filter(
            offer ->
                System.nanoTime() - offer.sinceNanos() < duration.dividedBy(2).toNanos()
                    || renew(offer.lease()))
        .map(Offer::lease);
  }

  /** Takes the lease if the previous one has expired; never two at a time. */
  public Optional<Lease> takeExpired(AcceptedEvent event) {
    Lease lease = Lease.of(event);
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
            .param("token", lease.token())
            .update();
    return taken == 1 ? Optional.of(lease) : Optional.empty();
  }

  /** Renews a lease; false if it was lost: another node may hold it now, and send. */
  public boolean renew(Lease lease) {
    return extend(lease, duration);
  }

  /** A lease that {@link #renewKept} renews until this is closed. */
  public interface Kept extends AutoCloseable {
    @Override
    void close();
  }

  /** Has a waiting event's lease renewed together with others: there may be thousands. */
  public Kept keep(Lease lease) {
    kept.put(lease, System.nanoTime());
    return () -> kept.remove(lease);
  }

  /** Leases that are being kept. */
  public int kept() {
    return kept.size();
  }

  /** Renews the kept leases that were not renewed recently, many in one statement. */
  public void renewKept() {
    long now = System.nanoTime();
    kept.entrySet().stream()
        .filter(each -> now - each.getValue() > renewal().dividedBy(2).toNanos())
        .map(Map.Entry::getKey)
        .gather(Gatherers.windowFixed(RENEWAL_BATCH_SIZE))
        .forEach(this::renew);
  }

  /** Renews these leases, except rows locked by another transaction: they come next time. */
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
   * Releases a lease, so that another node may take it at once.
   *
   * <p>Works on an interrupted thread, as at shutdown: the interrupt is cleared meanwhile, because
   * the pool would give such a thread no connection.
   */
  public void release(Lease lease) {
    boolean interrupted = Thread.interrupted();
    try {
      extend(lease, Duration.ZERO);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private boolean extend(Lease lease, Duration fromNow) {
    return jdbc.sql(
                """
                update open_events
                set leased_until = now() + :lease * interval '1 millisecond'
                where tenant = :tenant and event_id = :event and leased_by = :token
                """)
            .param("tenant", lease.event().tenant().name())
            .param("event", lease.event().id().uuid())
            .param("lease", fromNow.toMillis())
            .param("token", lease.token())
            .update()
        == 1;
  }
}
