package dev.homing.app.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Another tenant, which posts all its events at once, to a receiver that takes its time. */
final class Crowd implements AutoCloseable {
  private static final String TENANT = "crowd";
  private static final String EVENT_TYPE = "bench.crowd";
  private static final int CONNECTIONS = 64;

  private static final int WARM_UP = 20_000;

  /** With its 20 slots, the receiver gets a thousand events a second at most. */
  private static final Duration LATENCY = Duration.ofMillis(20);

  private final int events;
  private final Tally tally = new Tally(1);
  private final Receivers receiver =
      new Receivers(Receivers.Behaviour.PROMPT.after(LATENCY), tally);
  private final Callers callers;
  private CompletableFuture<Void> posted = CompletableFuture.completedFuture(null);

  Crowd(Service service, int events, int payload) {
    this.events = events;
    String key = service.createTenant(TENANT);
    service.subscribe(key, receiver.url(0), EVENT_TYPE, Terms.PLAIN);
    callers = new Callers(List.of(service.uri()), EVENT_TYPE, payload, 0, tally, key);
  }

  /** Posts some events, to return once they are accepted. */
  void warmUp() {
    post(WARM_UP);
  }

  /** Begins to post all, on threads of its own. */
  void begin() {
    posted = CompletableFuture.runAsync(() -> post(events));
  }

  private void post(int howMany) {
    assertThat(callers.call(CONNECTIONS, howMany).accepted()).isEqualTo(howMany);
  }

  /** Whether all were posted, and have been received. */
  boolean isOver() {
    return posted.isDone() && tally.missing(0) == 0;
  }

  /** Fails unless each of them was accepted, and came once. */
  @Override
  public void close() {
    receiver.close();
    posted.join();
    assertThat(tally.missing(0)).as("lost of the crowd").isZero();
    assertThat(tally.duplicates()).as("duplicated of the crowd").isZero();
  }
}
