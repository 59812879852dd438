package dev.homing.app.event;

import dev.homing.activities.event.AcceptEvents;
import dev.homing.activities.event.Acceptance;
import dev.homing.activities.event.Submission;
import dev.homing.activities.lane.Content;
import dev.homing.activities.lane.EarlyStart;
import dev.homing.activities.routing.Route;
import dev.homing.activities.routing.Routes;
import dev.homing.app.problem.Problem;
import dev.homing.workflows.Tenant;
import dev.homing.workflows.event.AcceptedEvent;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.stereotype.Component;

/**
 * Publishes events: commits them, begins first attempts, and queues their workflows.
 *
 * <p>The result of {@link #publish} is committed. If this node dies the moment after, the event is
 * open in PostgreSQL, and another node continues with it.
 */
@Component
class Publisher {
  /** What is wrong with a type of Homing's own events. */
  static final String RESERVED_TYPE =
      "must not begin with \"homing.\", which is reserved for events of Homing itself";

  private final Routes routes;
  private final AcceptEvents accepting;
  private final EarlyStart earlyStart;
  private final Dispatcher dispatcher;
  private final Counter accepted;

  Publisher(
      Routes routes,
      AcceptEvents accepting,
      EarlyStart earlyStart,
      Dispatcher dispatcher,
      MeterRegistry metrics) {
    this.routes = routes;
    this.accepting = accepting;
    this.earlyStart = earlyStart;
    this.dispatcher = dispatcher;
    this.accepted = metrics.counter("homing.events.accepted");
  }

  Acceptance publish(
      Tenant tenant, String type, String contentType, byte[] payload, RequestKeys keys, int hops) {
    Route remembered = routes.remembered(tenant, type);
    Acceptance acceptance =
        accept(
            new Submission(
                tenant,
                type,
                contentType,
                payload,
                keys.idempotencyKey(),
                keys.externalId(),
                keys.orderingKey(),
                remembered,
                hops));
    if (acceptance instanceof Acceptance.New fresh) {
      AcceptedEvent event = fresh.lease().event();
      earlyStart.begin(fresh, new Content(event, contentType, payload, keys.orderingKey(), hops));
      dispatcher.dispatch(event);
      accepted.increment();
    }
    return acceptance;
  }

  private Acceptance accept(Submission submission) {
    try {
      return accepting.accept(submission);
    } catch (ConcurrencyFailureException inUse) {
      throw Problem.conflict(
          "The first request with this key is still in progress. Repeat in a few seconds.");
    }
  }
}
