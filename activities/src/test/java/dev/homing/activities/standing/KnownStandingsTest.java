package dev.homing.activities.standing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.activities.OneAtATime;
import dev.homing.activities.Postgres;
import dev.homing.activities.SampleSubscriptions;
import dev.homing.activities.subscription.SubscriptionKey;
import dev.homing.workflows.Tenant;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a node knows while several threads change a standing. */
@OneAtATime // Others delete all standings.
class KnownStandingsTest {
  private final Standings standings = new Standings(Postgres.jdbc());
  private final KnownStandings known = new KnownStandings(standings);
  private final List<CompletableFuture<Void>> changes = new ArrayList<>();
  @AutoClose private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private SubscriptionKey key;

  @BeforeEach
  void addASubscription() {
    Tenant tenant = Postgres.newTenant();
    key =
        new SubscriptionKey(
            tenant, SampleSubscriptions.active(tenant, "https://receiver.example/"));
  }

  @Test
  void answerThatIsWrittenLateKeepsANewerStanding() {
    known.open(key, Standing.Reason.UNAVAILABLE, "503");
    standings.change(key, Standing.State.HALF_OPEN);

    Postgres.transaction()
        .executeWithoutResult(
            _ -> {
              int backend = lock();
              begin(() -> known.answered(key, "timed_out"));
              await().until(() -> Postgres.waitingFor(backend) == 1);
              known.refresh();
            });

    join();
    assertThat(known.find(key))
        .hasValueSatisfying(now -> assertThat(now.state()).isEqualTo(Standing.State.HALF_OPEN));
  }

  @Test
  void answerIsKnownAtOnce() {
    known.open(key, Standing.Reason.UNAVAILABLE, "503");

    known.answered(key, "timed_out");

    assertThat(known.find(key))
        .hasValueSatisfying(now -> assertThat(now.answer()).isEqualTo("timed_out"));
  }

  @Test
  void holdIsKeptThatComesWhileAnotherThreadOpensTheBreaker() {
    standings.overPace(key);

    together(
        () -> known.open(key, Standing.Reason.HANGS, null),
        () -> known.hold(key, "429", Duration.ofHours(1)));

    // Either may be known as the last one, until the node reads what is true.
    known.refresh();
    assertThat(known.find(key))
        .hasValueSatisfying(now -> assertThat(now.state()).isEqualTo(Standing.State.HELD));
  }

  @Test
  void longerHoldIsKeptThatComesWhileAnotherThreadWritesAShorterOne() {
    known.hold(key, "429", Duration.ofSeconds(1));

    together(
        () -> known.hold(key, "429", Duration.ofMinutes(1)),
        () -> known.hold(key, "429", Duration.ofHours(1)));

    assertThat(heldForAnHour()).isTrue();
  }

  private boolean heldForAnHour() {
    return Postgres.ask(
        Boolean.class,
        """
        select held_until > now() + interval '59 minutes' from standings where tenant = :tenant
        """,
        new Tenant(key.tenant()));
  }

  /** Makes a change while another one waits for the row. */
  private void together(Runnable first, Runnable second) {
    Postgres.transaction()
        .executeWithoutResult(
            _ -> {
              int backend = lock();
              begin(first);
              await().until(() -> Postgres.waitingFor(backend) == 1);
              begin(second);
              await().until(() -> changes.getLast().isDone() || Postgres.waitingFor(backend) == 2);
            });
    join();
  }

  /** Locks the row; returns the backend that does. */
  private int lock() {
    Postgres.jdbc()
        .sql("select 1 from standings where tenant = :tenant for update")
        .param("tenant", key.tenant())
        .query(Integer.class)
        .single();
    return Postgres.backend();
  }

  private void begin(Runnable change) {
    changes.add(CompletableFuture.runAsync(change, threads));
  }

  private void join() {
    changes.forEach(change -> change.orTimeout(10, TimeUnit.SECONDS).join());
  }
}
