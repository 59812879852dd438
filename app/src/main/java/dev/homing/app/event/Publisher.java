package dev.homing.app.event;

import dev.homing.activities.GroupCommit;
import dev.homing.activities.event.AcceptEvents;
import dev.homing.activities.event.Acceptance;
import dev.homing.activities.event.Submission;
import dev.homing.activities.lane.EarlyStart;
import dev.homing.activities.lane.SendFirstAttempts;
import dev.homing.activities.routing.Route;
import dev.homing.activities.routing.Routes;
import dev.homing.app.http.Problem;
import dev.homing.workflows.Tenant;
import dev.homing.workflows.event.AcceptedEvent;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.stereotype.Component;

/**
 * Accepts events: who matches, one commit, and off it goes.
 *
 * <p>What {@link #publish} returns is committed; should this node die the moment after, the event
 * is open in PostgreSQL, and another node goes on with it. Those that come at the same time share
 * the commit.
 */
@Component
class Publisher implements DisposableBean {
  /** How long to wait for somebody who is just using the same key. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final Duration BETWEEN_TRIES = Duration.ofMillis(100);

  private final Routes routes;
  private final AcceptEvents accepting;
  private final EarlyStart earlyStart;
  private final Dispatcher dispatcher;
  private final Counter accepted;
  private final DistributionSummary together;
  private final GroupCommit<Submission, Acceptance> commits;

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
    this.together = metrics.summary("homing.accept.together");
    this.commits = new GroupCommit<>(this::commit);
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
                remembered,
                hops));
    if (acceptance instanceof Acceptance.New fresh) {
      AcceptedEvent event = fresh.lease().event();
      earlyStart.begin(fresh, new SendFirstAttempts.Content(event, contentType, payload, hops));
      dispatcher.dispatch(event);
      accepted.increment();
    }
    return acceptance;
  }

  private Acceptance accept(Submission submission) {
    long until = System.nanoTime() + PATIENCE.toNanos();
    try {
      return commits.commit(submission);
    } catch (ConcurrencyFailureException underWay) {
      while (System.nanoTime() < until) {
        try {
          Thread.sleep(BETWEEN_TRIES);
          return commits.commitAlone(submission);
        } catch (ConcurrencyFailureException stillUnderWay) {
          // Nothing is held meanwhile: neither a connection nor a lock.
        } catch (InterruptedException stopped) {
          Thread.currentThread().interrupt();
          break;
        }
      }
      throw Problem.conflict(
          "The first request with this key is still under way: repeat it in a few seconds.");
    }
  }

  private List<Acceptance> commit(List<Submission> submissions) {
    together.record(submissions.size());
    return accepting.accept(submissions);
  }

  /** After the last request was answered. */
  @Override
  public void destroy() {
    commits.close();
  }
}
