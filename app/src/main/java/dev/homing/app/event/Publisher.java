package dev.homing.app.event;

import static java.util.Objects.requireNonNull;

import dev.homing.activities.event.Events;
import dev.homing.activities.event.OpenEvents;
import dev.homing.activities.subscription.Route;
import dev.homing.activities.subscription.Routes;
import dev.homing.workflows.EventId;
import dev.homing.workflows.Tenant;
import dev.homing.workflows.event.AcceptedEvent;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.UUID;
import java.util.function.Supplier;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Accepts events: who matches, one commit, and off it goes.
 *
 * <p>What {@link #publish} returns is committed; should this node die the moment after, the event
 * is open in PostgreSQL, and another node goes on with it.
 */
@Component
class Publisher {
  private final Routes routes;
  private final Events events;
  private final Dispatcher dispatcher;
  private final TransactionTemplate transaction;
  private final Supplier<UUID> ids;
  private final Counter accepted;

  Publisher(
      Routes routes,
      Events events,
      Dispatcher dispatcher,
      TransactionTemplate transaction,
      Supplier<UUID> ids,
      MeterRegistry metrics) {
    this.routes = routes;
    this.events = events;
    this.dispatcher = dispatcher;
    this.transaction = transaction;
    this.ids = ids;
    this.accepted = metrics.counter("homing.events.accepted");
  }

  AcceptedEvent publish(Tenant tenant, String type, String contentType, byte[] payload) {
    Route remembered = routes.remembered(tenant, type);
    OpenEvents.Lease lease =
        requireNonNull(
            transaction.execute(_ -> commit(tenant, type, contentType, payload, remembered)));
    events.handOver(lease);
    dispatcher.dispatch(lease.event());
    accepted.increment();
    return lease.event();
  }

  private OpenEvents.Lease commit(
      Tenant tenant, String type, String contentType, byte[] payload, Route remembered) {
    Route route = routes.confirm(tenant, type, remembered);
    AcceptedEvent event =
        new AcceptedEvent(tenant, new EventId(ids.get()), type, route.recipients().size());
    return events.add(event, contentType, payload, route.recipients());
  }
}
