package dev.homing.activities.routing;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.homing.activities.AtOnce;
import dev.homing.activities.CuttableLine;
import dev.homing.activities.OneAtATime;
import dev.homing.activities.Postgres;
import dev.homing.activities.Redis;
import dev.homing.activities.SampleIds;
import dev.homing.activities.SampleSubscriptions;
import dev.homing.activities.WatchedDatabase;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import redis.embedded.RedisServer;

@OneAtATime
class RoutesTest {
  private static final String URL = "http://receiver.test/";
  private static final String READ = "subscription_event_types";
  private static final StringRedisTemplate REDIS = Redis.at(Redis.port());

  private final Tenant tenant = Postgres.newTenant();
  private final WatchedDatabase database = new WatchedDatabase();
  private final TransactionTemplate transaction =
      new TransactionTemplate(new JdbcTransactionManager(database));
  private final MeterRegistry metrics = new SimpleMeterRegistry();
  private final Routes routes = routes(REDIS);

  // Who matches.

  @Test
  void matchesExactlyByPrefixAndAll() {
    SubscriptionId exact = active("order.created");
    SubscriptionId prefix = active("order.*");
    SubscriptionId all = active("*");
    active("order");
    active("order.created.twice");
    active("orders.*");
    active("user.*");

    assertThat(recipients("order.created")).containsExactlyInAnyOrder(exact, prefix, all);
  }

  @Test
  void matchesEveryDeeperLevelOfAPrefix() {
    SubscriptionId prefix = active("order.*");
    SubscriptionId deeper = active("order.line.*");

    assertThat(recipients("order.line.added")).containsExactlyInAnyOrder(prefix, deeper);
    assertThat(recipients("order")).isEmpty();
  }

  @Test
  void returnsASubscriptionOnceThatMatchesSeveralPatterns() {
    SubscriptionId overlapping = active("*", "order.*", "order.created", "user.created");

    assertThat(recipients("order.created")).containsExactly(overlapping);
  }

  @Test
  void skipsGoneAndDeletedSubscriptionsButNotPausedOnes() {
    SampleSubscriptions.gone(tenant, URL, "order.created");
    SampleSubscriptions.deleted(tenant, URL, "order.created");
    SubscriptionId paused = SampleSubscriptions.paused(tenant, URL, "order.created");

    assertThat(recipients("order.created")).containsExactly(paused);
  }

  @Test
  void keepsTenantsSeparate() {
    Tenant other = Postgres.newTenant();
    SampleSubscriptions.active(other, URL, "*");
    SubscriptionId mine = active("*");

    assertThat(recipients("order.created")).containsExactly(mine);
    assertThat(recipients(routes, other, "order.created")).doesNotContain(mine).hasSize(1);
  }

  @Test
  void matchesTypesCaseSensitively() {
    active("Order.created");

    assertThat(recipients("order.created")).isEmpty();
  }

  // What Redis is for.

  @Test
  void usesTheCachedRouteUntilASubscriptionChanges() {
    SubscriptionId first = active("order.created");
    recipients("order.created");

    assertThat(recipients("order.created")).containsExactly(first);
    assertThat(database.count(READ)).isEqualTo(1);
    assertThat(count("hit")).isEqualTo(1);

    SubscriptionId second = active("order.created");
    assertThat(recipients("order.created")).containsExactlyInAnyOrder(first, second);
    assertThat(database.count(READ)).isEqualTo(2);
    assertThat(count("miss")).isEqualTo(2);
  }

  @Test
  void cachesAnEmptyRoute() {
    recipients("order.created");

    assertThat(recipients("order.created")).isEmpty();
    assertThat(database.count(READ)).isEqualTo(1);
  }

  @Test
  void dropsARemovedSubscriptionAtOnce() {
    SubscriptionId subscription = active("order.created");
    recipients("order.created");

    SampleSubscriptions.delete(tenant, subscription);

    assertThat(recipients("order.created")).isEmpty();
  }

  @Test
  void expiresCachedRoutesAfterADay() {
    recipients("order.created");

    assertThat(REDIS.getExpire(key(), TimeUnit.HOURS)).isBetween(22L, 24L);
  }

  @Test
  void cachesRoutesOfUpTo500Recipients() {
    many(500);

    assertThat(recipients("order.created")).hasSize(500);
    assertThat(recipients("order.created")).hasSize(500);
    assertThat(database.count(READ)).isEqualTo(1);

    String kept = remembered();
    active("order.created");
    assertThat(recipients("order.created")).hasSize(501);
    assertThat(recipients("order.created")).hasSize(501);
    assertThat(database.count(READ)).isEqualTo(3);
    assertThat(remembered()).isEqualTo(kept);
  }

  // What Redis may do.

  @ParameterizedTest
  @ValueSource(longs = {-1_000_000, -1, 1, 1_000_000})
  void ignoresCachedRoutesOfAnyOtherVersion(long difference) {
    SubscriptionId subscription = active("order.created");
    remember(
        "{\"version\":%d,\"recipients\":[\"%s\"]}"
            .formatted(version() + difference, SampleIds.subscription()));

    assertThat(recipients("order.created")).containsExactly(subscription);
    assertThat(remembered()).contains("\"version\":" + version()).contains(subscription.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "{}",
        "[]",
        "{",
        "7",
        "\"x\"",
        "\u0000\u00ff",
        "{\"version\":VERSION}",
        "{\"version\":\"VERSION\"}",
        "{\"version\":null,\"recipients\":[]}",
        "{\"recipients\":[]}",
        "{\"version\":VERSION,\"recipients\":null}",
        "{\"version\":VERSION,\"recipients\":[null]}",
        "{\"version\":VERSION,\"recipients\":[\"\"]}",
        "{\"version\":VERSION,\"recipients\":[\"nobody\"]}",
        "{\"version\":VERSION,\"recipients\":[7]}",
        "{\"version\":VERSION,\"recipients\":{}}",
        "{\"version\":99999999999999999999,\"recipients\":[]}",
      })
  void findsRecipientsWhenRedisHoldsGarbage(String garbage) {
    SubscriptionId subscription = active("order.created");
    remember(garbage.replace("VERSION", Long.toString(version())));

    assertThat(recipients("order.created")).containsExactly(subscription);
    assertThat(recipients("order.created")).containsExactly(subscription);
    assertThat(database.count(READ)).isEqualTo(1);
  }

  @Test
  void findsRecipientsWhenRedisHoldsAnotherType() {
    SubscriptionId subscription = active("order.created");
    REDIS.opsForValue().set(key(), "not a hash");

    assertThat(recipients("order.created")).containsExactly(subscription);
  }

  @Test
  void findsRecipientsAfterRedisIsGone() throws IOException {
    RedisServer server = Redis.start();
    Routes there = routes(Redis.at(server.ports().getFirst()));
    SubscriptionId subscription = active("order.created");
    assertThat(recipients(there, tenant, "order.created")).containsExactly(subscription);

    server.stop();

    for (int i = 0; i < 10; i++) {
      assertThat(recipients(there, tenant, "order.created")).containsExactly(subscription);
    }
  }

  @Test
  void findsRecipientsWhenRedisWasNeverThere() throws IOException {
    RedisServer server = Redis.start();
    server.stop();
    Routes there = routes(Redis.at(server.ports().getFirst()));
    SubscriptionId subscription = active("order.created");

    assertThat(recipients(there, tenant, "order.created")).containsExactly(subscription);
  }

  @Test
  void stopsAskingASilentRedisUntilItAnswersAgain() throws IOException {
    try (CuttableLine line = new CuttableLine(Redis.port())) {
      Routes there = routes(Redis.at(line.port()));
      SubscriptionId subscription = active("order.created");
      assertThat(recipients(there, tenant, "order.created")).containsExactly(subscription);

      line.fallSilent();
      await()
          .until(
              () -> {
                long asked = line.asked();
                assertThat(recipients(there, tenant, "order.created"))
                    .containsExactly(subscription);
                return line.asked() == asked; // The breaker is open.
              });
      line.resume();

      double hits = count("hit");
      await()
          .atMost(Duration.ofSeconds(15))
          .until(
              () -> {
                assertThat(recipients(there, tenant, "order.created"))
                    .containsExactly(subscription);
                return count("hit") > hits;
              });
    }
  }

  @Test
  void doesNotWaitForASlowRedis() throws IOException {
    try (CuttableLine line = new CuttableLine(Redis.port())) {
      Routes there = routes(Redis.at(line.port()));
      SubscriptionId subscription = active("order.created");
      recipients(there, tenant, "order.created");
      line.fallSilent();

      long start = System.nanoTime();
      assertThat(recipients(there, tenant, "order.created")).containsExactly(subscription);

      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
    }
  }

  // Many at once.

  @Test
  void sharesOneReadAmongConcurrentCallers() throws Exception {
    SubscriptionId subscription = active("order.created");
    int callers = 30;
    CountDownLatch asked = new CountDownLatch(callers);
    database.afterEach(
        sql -> {
          if (sql.contains("routes_version")) {
            asked.countDown();
          } else {
            pass(asked);
          }
        });

    List<Set<SubscriptionId>> all =
        AtOnce.times(callers, _ -> () -> Set.copyOf(confirm(Route.UNKNOWN).recipients()));

    assertThat(all).containsOnly(Set.of(subscription));
    assertThat(database.count(READ)).isBetween(1L, 5L);
  }

  @Test
  void neverReturnsAnOlderRouteThanAskedFor() throws Exception {
    SubscriptionId before = active("order.created");
    try (var threads = Executors.newCachedThreadPool()) {
      CountDownLatch read = new CountDownLatch(1);
      CountDownLatch goOn = new CountDownLatch(1);
      holdFirstRead(read, () -> pass(goOn));
      var early = CompletableFuture.supplyAsync(() -> confirm(Route.UNKNOWN), threads);
      pass(read);

      SubscriptionId after = active("order.created");
      CompletableFuture<Thread> joiner = new CompletableFuture<>();
      var late = CompletableFuture.supplyAsync(() -> joining(joiner), threads);
      awaitWaiting(joiner);
      goOn.countDown();

      assertThat(early.get().recipients()).containsExactly(before);
      assertThat(late.get().recipients()).containsExactlyInAnyOrder(before, after);
      assertThat(late.get().version()).isEqualTo(version());
    }
  }

  @Test
  void readsAgainWhenTheSharedReadFailed() throws Exception {
    SubscriptionId subscription = active("order.created");
    try (var threads = Executors.newCachedThreadPool()) {
      CountDownLatch read = new CountDownLatch(1);
      CountDownLatch goOn = new CountDownLatch(1);
      holdFirstRead(
          read,
          () -> {
            pass(goOn);
            throw new IllegalStateException("the connection broke");
          });
      var early = CompletableFuture.supplyAsync(() -> confirm(Route.UNKNOWN), threads);
      pass(read);
      CompletableFuture<Thread> joiner = new CompletableFuture<>();
      var late = CompletableFuture.supplyAsync(() -> joining(joiner), threads);
      awaitWaiting(joiner);
      goOn.countDown();

      assertThatThrownBy(early::get).hasMessageContaining("the connection broke");
      assertThat(late.get().recipients()).containsExactly(subscription);
    }
    assertThat(recipients("order.created")).containsExactly(subscription);
  }

  /**
   * Each answer is exactly the set of subscriptions of some commit between the moment before it was
   * asked for and the moment after.
   */
  @Test
  void routesAreThoseOfTheCommitWhileSubscriptionsChange() throws Exception {
    Map<Long, Set<SubscriptionId>> history = new ConcurrentHashMap<>(Map.of(version(), Set.of()));
    Set<SubscriptionId> current = new HashSet<>();
    AtomicBoolean changing = new AtomicBoolean(true);
    ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
    Routes other = routes(Redis.at(Redis.port()));
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<CompletableFuture<Void>> readers = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        Routes node = i % 2 == 0 ? routes : other;
        readers.add(
            CompletableFuture.runAsync(
                () -> {
                  while (changing.get()) {
                    check(node, history).forEach(wrong::add);
                  }
                },
                threads));
      }
      AtOnce.times(
          4,
          i ->
              () -> {
                for (int n = 0; n < 50; n++) {
                  change(current, history, n % 3 == 2);
                }
                return i;
              });
      changing.set(false);
      CompletableFuture.allOf(readers.toArray(CompletableFuture<?>[]::new))
          .get(30, TimeUnit.SECONDS);
    }

    assertThat(wrong).isEmpty();
    assertThat(Set.copyOf(recipients("order.created"))).isEqualTo(history.get(version()));
    assertThat(count("hit")).isPositive();
  }

  private List<String> check(Routes node, Map<Long, Set<SubscriptionId>> history) {
    long before = version();
    Set<SubscriptionId> answer = Set.copyOf(recipients(node, tenant, "order.created"));
    long after = version();
    boolean right =
        LongStream.rangeClosed(before, after)
            .mapToObj(history::get)
            .anyMatch(at -> answer.equals(at));
    return right ? List.of() : List.of("between %d and %d".formatted(before, after));
  }

  /** The version's row lock, taken first, lets one change at a time note what it makes. */
  private void change(
      Set<SubscriptionId> current, Map<Long, Set<SubscriptionId>> history, boolean remove) {
    Postgres.transaction()
        .executeWithoutResult(
            _ -> {
              SubscriptionId id = SampleIds.subscription();
              lockVersion();
              if (remove && !current.isEmpty()) {
                id = current.iterator().next();
                SampleSubscriptions.set(tenant, id, "deleted_at = now()");
                current.remove(id);
              } else {
                SampleSubscriptions.insert(tenant, id, URL, "order.*");
                current.add(id);
              }
              history.put(version(), Set.copyOf(current));
            });
  }

  private void lockVersion() {
    Postgres.ask(
        Long.class, "select routes_version from tenants where tenant = :tenant for update", tenant);
  }

  private void holdFirstRead(CountDownLatch read, Runnable hold) {
    AtomicBoolean first = new AtomicBoolean(true);
    database.afterEach(
        sql -> {
          if (sql.contains(READ) && first.getAndSet(false)) {
            read.countDown();
            hold.run();
          }
        });
  }

  private Route joining(CompletableFuture<Thread> joiner) {
    joiner.complete(Thread.currentThread());
    return confirm(Route.UNKNOWN);
  }

  private static void awaitWaiting(CompletableFuture<Thread> joiner) throws Exception {
    Thread thread = joiner.get(10, TimeUnit.SECONDS);
    await()
        .until(
            () ->
                thread.getState() == Thread.State.WAITING
                    && List.of(thread.getStackTrace()).stream()
                        .anyMatch(frame -> frame.getMethodName().equals("readOnce")));
  }

  private static void pass(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException stopped) {
      throw new IllegalStateException(stopped);
    }
  }

  private Routes routes(StringRedisTemplate redis) {
    return new Routes(new RedisRoutes(redis), JdbcClient.create(database), Runnable::run, metrics);
  }

  private Route confirm(Route candidate) {
    return confirm(routes, new Routes.Asked(tenant, "order.created"), candidate);
  }

  private Route confirm(Routes node, Routes.Asked asked, Route candidate) {
    Map<Routes.Asked, Route> confirmed =
        requireNonNull(transaction.execute(_ -> node.confirm(Map.of(asked, candidate))));
    return requireNonNull(confirmed.get(asked));
  }

  private List<SubscriptionId> recipients(String eventType) {
    return recipients(routes, tenant, eventType);
  }

  /** As an event is accepted. */
  private List<SubscriptionId> recipients(Routes node, Tenant tenant, String eventType) {
    Route remembered = node.remembered(tenant, eventType);
    return confirm(node, new Routes.Asked(tenant, eventType), remembered).recipients();
  }

  private SubscriptionId active(String... eventTypes) {
    return SampleSubscriptions.active(tenant, URL, eventTypes);
  }

  private void many(int count) {
    Postgres.transaction()
        .executeWithoutResult(
            _ -> {
              for (int i = 0; i < count; i++) {
                SampleSubscriptions.insert(tenant, SampleIds.subscription(), URL, "order.*");
              }
            });
  }

  private long version() {
    return Postgres.routesVersion(tenant);
  }

  private double count(String cache) {
    return metrics.counter("homing.routes", "cache", cache).count();
  }

  private String key() {
    return "routes2:" + tenant;
  }

  private void remember(String value) {
    REDIS.opsForHash().put(key(), "order.created", value);
  }

  private String remembered() {
    return String.valueOf(REDIS.opsForHash().get(key(), "order.created"));
  }
}
