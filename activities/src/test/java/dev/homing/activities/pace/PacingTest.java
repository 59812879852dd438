package dev.homing.activities.pace;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.activities.OneAtATime;
import dev.homing.activities.Postgres;
import dev.homing.activities.Redis;
import dev.homing.activities.SampleSubscriptions;
import dev.homing.activities.delivery.Ledger;
import dev.homing.activities.subscription.Receiver;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.data.redis.core.RedisCallback;
import org.springframework.data.redis.core.StringRedisTemplate;
import redis.embedded.RedisServer;

@OneAtATime
class PacingTest {
  /** Longer than a busy machine lets a test wait for Redis. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Ledger ledger = new Ledger();
  private final Tenant tenant = ledger.tenant;
  private final Pacing here = at(Redis.port());
  private final Pacing there = at(Redis.port());

  private static Pacing at(int port) {
    return new Pacing(Redis.at(port, PATIENCE));
  }

  @Test
  void receiverWithoutAPaceIsNotCounted() {
    Receiver plain = paced("timeout_seconds = 1");

    assertThat(here.ask(tenant, plain)).isSameAs(Permit.FREE);
    assertThat(here.insist(tenant, plain)).isSameAs(Permit.FREE);
  }

  @Test
  void nodesShareARate() {
    Receiver receiver = paced("rate_limit = 20, rate_seconds = 3600");
    assertThat(here.ask(tenant, receiver).isGranted()).isTrue();
    assertThat(there.ask(tenant, receiver).isGranted()).isTrue();

    Permit refused = here.ask(tenant, receiver);

    assertThat(refused.isGranted()).isFalse();
    assertThat(refused.untilNext()).isBetween(Duration.ofMinutes(2), Duration.ofMinutes(3));
    assertThat(there.ask(tenant, receiver).isGranted()).isFalse();
  }

  @Test
  void nodesTogetherKeepARate() throws Exception {
    Receiver receiver = paced("rate_limit = 100, rate_seconds = 1");
    AtomicInteger granted = new AtomicInteger();
    long begin = System.nanoTime();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Pacing node : List.of(here, there, here, there)) {
        threads.execute(
            () -> {
              while (System.nanoTime() - begin < Duration.ofSeconds(3).toNanos()) {
                if (node.ask(tenant, receiver).isGranted()) {
                  granted.incrementAndGet();
                }
              }
            });
      }
    }

    double seconds = (System.nanoTime() - begin) / 1e9;
    assertThat((double) granted.get()).isBetween(200.0, 100 * seconds + 6);
  }

  @Test
  void nodesShareWhatIsInFlight() {
    Receiver receiver = paced("max_in_flight = 2");
    Permit one = here.ask(tenant, receiver);
    assertThat(one.isGranted()).isTrue();
    assertThat(there.ask(tenant, receiver).isGranted()).isTrue();
    assertThat(there.ask(tenant, receiver).isGranted()).isFalse();
    assertThat(here.ask(tenant, receiver).isGranted()).isFalse();

    one.close();

    assertThat(there.ask(tenant, receiver).isGranted()).isTrue();
  }

  @Test
  void whatAKilledNodeHadInFlightComesBack() {
    Receiver receiver = paced("max_in_flight = 1, timeout_seconds = 1");
    long begun = System.nanoTime();
    assertThat(here.ask(tenant, receiver).isGranted()).isTrue();

    await().atMost(Duration.ofSeconds(60)).until(() -> there.ask(tenant, receiver).isGranted());

    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofSeconds(10));
  }

  @Test
  void tenantsPaceIsSharedByItsSubscriptions() {
    paceTenant("rate_limit = 20, rate_seconds = 3600");
    Receiver one = paced("timeout_seconds = 1");
    Receiver other = paced("timeout_seconds = 1");
    assertThat(here.ask(tenant, one).isGranted()).isTrue();
    assertThat(there.ask(tenant, other).isGranted()).isTrue();

    assertThat(here.ask(tenant, one).isGranted()).isFalse();
    assertThat(there.ask(tenant, other).isGranted()).isFalse();
  }

  @Test
  void whatTheTenantsPaceRefusesCountsNowhere() {
    paceTenant("max_in_flight = 1");
    Receiver receiver = paced("rate_limit = 20, rate_seconds = 3600");
    Permit one = here.ask(tenant, receiver);
    assertThat(here.ask(tenant, receiver).isGranted()).isFalse();
    one.close();

    Permit another = here.ask(tenant, receiver);

    assertThat(another.isGranted()).isTrue();
    another.close();
    assertThat(here.ask(tenant, receiver).isGranted()).isFalse();
  }

  @Test
  void requestOfAPersonIsGrantedAndCounted() {
    Receiver receiver = paced("rate_limit = 1, rate_seconds = 3600, max_in_flight = 1");
    assertThat(here.ask(tenant, receiver).isGranted()).isTrue();
    for (int i = 0; i < 10; i++) {
      assertThat(here.insist(tenant, receiver).isGranted()).isTrue();
    }

    assertThat(there.ask(tenant, receiver).untilNext())
        .isBetween(Duration.ofMinutes(59), Duration.ofHours(1));
  }

  @Test
  void higherRateShortensTheWait() {
    Receiver slow = paced("rate_limit = 1, rate_seconds = 3600");
    here.ask(tenant, slow).close();
    SampleSubscriptions.pace(tenant, slow.id(), "rate_limit = 1000, rate_seconds = 1");

    Receiver fast = read(slow.id());
    assertThat(here.ask(tenant, fast).untilNext()).isLessThanOrEqualTo(Duration.ofSeconds(1));

    await().until(() -> here.ask(tenant, fast).isGranted());
  }

  @Test
  void withoutRedisEachNodeKeepsThePaceForItself() throws IOException {
    Receiver receiver = paced("rate_limit = 20, rate_seconds = 3600, max_in_flight = 2");
    RedisServer server = Redis.start();
    Pacing one = impatient(server);
    Pacing other = impatient(server);
    awaitGranted(one, receiver);

    server.stop();

    awaitGranted(one, receiver);
    assertThat(one.ask(tenant, receiver).isGranted()).isFalse();
    awaitGranted(other, receiver);
    assertThat(other.ask(tenant, receiver).isGranted()).isTrue();
    assertThat(other.ask(tenant, receiver).isGranted()).isFalse();
  }

  private void awaitGranted(Pacing node, Receiver receiver) {
    await().atMost(ofSeconds(30)).until(() -> node.ask(tenant, receiver).isGranted());
  }

  /** It waits a second for each answer, as it gets none once Redis has stopped. */
  private static Pacing impatient(RedisServer server) {
    return new Pacing(Redis.at(server.ports().getFirst(), ofSeconds(1)));
  }

  @Test
  void nothingBeginsAfterASingleFailureOfRedis() throws IOException {
    Receiver receiver = paced("max_in_flight = 10");
    RedisServer server = Redis.start();
    Pacing node = impatient(server);
    awaitGranted(node, receiver);

    server.stop();

    assertThat(node.ask(tenant, receiver).untilNext()).isBetween(ofMillis(1), ofSeconds(1));
    assertThat(node.insist(tenant, receiver).isGranted()).isTrue();
  }

  /** After a pause Redis still runs the commands of a node that has given up. */
  @Test
  void requestDoesNotCountIfRedisAnswersTooLate() {
    Receiver receiver = paced("max_in_flight = 1, timeout_seconds = 60");
    int port = Redis.start().ports().getFirst();
    StringRedisTemplate redis = Redis.at(port, ofMillis(300));
    Pacing node = new Pacing(redis);
    await().until(() -> granted(node, receiver));
    redis.execute(
        (RedisCallback<@Nullable Object>)
            commands ->
                commands.execute("CLIENT", "PAUSE".getBytes(UTF_8), "1500".getBytes(UTF_8)));

    assertThat(granted(node, receiver)).isFalse();

    Pacing other = at(port);
    await().until(() -> granted(other, receiver));
  }

  private boolean granted(Pacing node, Receiver receiver) {
    try (Permit permit = node.ask(tenant, receiver)) {
      return permit.isGranted();
    }
  }

  private Receiver paced(String assignments) {
    SubscriptionId id = SampleSubscriptions.active(tenant, "https://nowhere.invalid");
    SampleSubscriptions.pace(tenant, id, assignments);
    return read(id);
  }

  private Receiver read(SubscriptionId id) {
    return ledger.node.receivers.find(tenant, id).orElseThrow();
  }

  private void paceTenant(String assignments) {
    Postgres.jdbc()
        .sql("update tenants set " + assignments + " where tenant = :tenant")
        .param("tenant", tenant.name())
        .update();
  }
}
