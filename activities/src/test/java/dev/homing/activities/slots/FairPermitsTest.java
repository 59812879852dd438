package dev.homing.activities.slots;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.activities.SampleIds;
import dev.homing.activities.slots.FairPermits.Grant;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FairPermitsTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Tenant A = new Tenant("a");
  private static final Tenant B = new Tenant("b");
  private static final Tenant C = new Tenant("c");

  @AutoClose("shutdownNow")
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  private final SubscriptionId one = SampleIds.subscription();
  private final SubscriptionId other = SampleIds.subscription();

  /** Whose waits ended, in this order. */
  private final LinkedBlockingQueue<Served> served = new LinkedBlockingQueue<>();

  private record Served(String name, Grant grant) {}

  @Test
  void tenantAloneGetsAllPermits() throws Exception {
    FairPermits permits = new FairPermits(3);

    for (int i = 0; i < 3; i++) {
      assertThat(permits.acquire(A, one, now())).isNotNull();
    }

    assertThat(permits.free()).isZero();
    assertThat(permits.acquire(A, one, now())).isNull();
    assertThat(permits.waiting()).isZero();
  }

  @Test
  void tenantWithOneWaiterIsServedBeforeACrowd() throws Exception {
    FairPermits permits = new FairPermits(2);
    List<Grant> held = List.of(taken(permits, A), taken(permits, A));
    for (int i = 0; i < 100; i++) {
      queue(permits, A, one, "crowd");
    }
    queue(permits, B, one, "one");

    held.getFirst().release();

    assertThat(served.take().name()).isEqualTo("one");
  }

  @Test
  void tenantsThatHoldAsManyTakeTurns() throws Exception {
    FairPermits permits = new FairPermits(1);
    Grant held = taken(permits, A);
    for (int i = 0; i < 3; i++) {
      queue(permits, A, one, "a");
    }
    queue(permits, B, one, "b");
    queue(permits, B, one, "b");
    queue(permits, C, one, "c");

    assertThat(order(held, 6)).containsExactly("a", "b", "c", "a", "b", "a");
  }

  @Test
  void tenantWithSlowReceiversHoldsNoMoreThanAnother() throws Exception {
    FairPermits permits = new FairPermits(4);
    List<Grant> slow = Stream.generate(() -> taken(permits, A)).limit(4).toList();
    for (int i = 0; i < 10; i++) {
      queue(permits, A, one, "slow");
    }
    for (int i = 0; i < 10; i++) {
      queue(permits, B, one, "fast");
    }
    slow.getFirst().release();

    // Each that ends is followed by another, as long as they hold fewer.
    assertThat(order(served.take().grant(), 9)).containsOnly("fast");
  }

  @Test
  void subscriptionsOfATenantShareAsTenantsDo() throws Exception {
    FairPermits permits = new FairPermits(2);
    List<Grant> held = List.of(taken(permits, A), taken(permits, A));
    for (int i = 0; i < 100; i++) {
      queue(permits, A, one, "crowd");
    }
    queue(permits, A, other, "one");

    held.getFirst().release();

    assertThat(served.take().name()).isEqualTo("one");
  }

  @Test
  void waitersOfASubscriptionAreServedInOrderOfArrival() throws Exception {
    FairPermits permits = new FairPermits(1);
    Grant held = taken(permits, A);
    List<String> names = IntStream.range(0, 20).mapToObj(i -> "waiter " + i).toList();
    for (String name : names) {
      queue(permits, A, one, name);
    }

    assertThat(order(held, 20)).containsExactlyElementsOf(names);
  }

  @Test
  void severalPermitsAreGrantedTogether() throws Exception {
    FairPermits permits = new FairPermits(3);
    Grant all = requireNonNull(permits.acquire(A, 3, now()));
    Future<@Nullable Grant> two = threads.submit(() -> permits.acquire(B, 2, until(LONG)));
    await().until(() -> permits.waiting() == 1);

    all.release(1);
    assertThat(permits.free()).isEqualTo(1);
    all.release(1);

    requireNonNull(two.get()).release();
    all.release(1);
    assertThat(permits.free()).isEqualTo(3);
  }

  @Test
  void waiterThatGivesUpLetsThoseBehindItPass() throws Exception {
    FairPermits permits = new FairPermits(2);
    Grant held = requireNonNull(permits.acquire(C, 1, now()));
    Future<?> both = threads.submit(() -> permits.acquire(A, 2, until(LONG)));
    await().until(() -> permits.waiting() == 1);
    queue(permits, B, one, "behind");
    assertThat(served).isEmpty();

    both.cancel(true);

    assertThat(served.take().name()).isEqualTo("behind");
    held.release();
  }

  /** Against a count of what is held: none is lost or made, whatever ends a wait. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void noPermitIsLostOrMade(long seed) throws Exception {
    int all = 5;
    FairPermits permits = new FairPermits(all);
    AtomicInteger held = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    List<Future<?>> callers = new ArrayList<>();
    Random random = new Random(seed);
    for (int i = 0; i < 2_000; i++) {
      Tenant tenant = new Tenant("tenant-" + random.nextInt(4));
      SubscriptionId subscription = random.nextBoolean() ? one : other;
      int many = random.nextInt(4) == 0 ? 1 + random.nextInt(all) : 1;
      Duration wait =
          Duration.ofNanos(random.nextInt(3) == 0 ? random.nextInt(200_000) : 30_000_000_000L);
      callers.add(
          threads.submit(
              () -> {
                Grant grant =
                    many == 1
                        ? permits.acquire(tenant, subscription, until(wait))
                        : permits.acquire(tenant, many, until(wait));
                if (grant != null) {
                  most.accumulateAndGet(held.addAndGet(many), Math::max);
                  LockSupport.parkNanos(10_000); // So that others wait meanwhile.
                  held.addAndGet(-many);
                  grant.release();
                }
                return null;
              }));
      if (random.nextInt(5) == 0) {
        callers.get(random.nextInt(callers.size())).cancel(true);
      }
    }

    // Nobody starves: each ends by itself.
    await().atMost(LONG).until(() -> callers.stream().allMatch(Future::isDone));
    await().until(() -> permits.free() == all);
    assertThat(permits.waiting()).isZero();
    assertThat(most.get()).isBetween(2, all);
    for (int i = 0; i < all; i++) {
      assertThat(permits.acquire(A, one, now())).isNotNull();
    }
  }

  /** In each round of grants, every tenant with a waiter is served once. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void eachTenantIsServedWithinARound(long seed) throws Exception {
    FairPermits permits = new FairPermits(1);
    Grant held = taken(permits, new Tenant("first"));
    Random random = new Random(seed);
    Map<String, Integer> left = new HashMap<>();
    for (int i = 0; i < 200; i++) {
      String name = "tenant-" + (int) Math.abs(random.nextGaussian() * 4);
      left.merge(name, 1, Integer::sum);
      queue(permits, new Tenant(name), random.nextBoolean() ? one : other, name);
    }

    List<String> order = order(held, 200);

    for (int from = 0; !left.isEmpty(); ) {
      int round = left.size();
      assertThat(order.subList(from, from + round))
          .containsExactlyInAnyOrderElementsOf(left.keySet());
      from += round;
      left.replaceAll((_, count) -> count - 1);
      left.values().removeIf(count -> count == 0);
    }
  }

  /** Begins to wait, after those before. */
  private void queue(FairPermits permits, Tenant tenant, SubscriptionId subscription, String name) {
    int before = permits.waiting();
    var unused =
        threads.submit(
            () -> {
              Grant grant = requireNonNull(permits.acquire(tenant, subscription, until(LONG)));
              served.add(new Served(name, grant));
              return null;
            });
    await()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(1))
        .until(() -> permits.waiting() + served.size() > before);
  }

  /** Releases a permit, then that of each who is served, and says who was. */
  private List<String> order(Grant first, int count) throws InterruptedException {
    List<String> names = new ArrayList<>();
    first.release();
    for (int i = 0; i < count; i++) {
      Served next = served.take();
      names.add(next.name());
      next.grant().release();
    }
    return names;
  }

  private Grant taken(FairPermits permits, Tenant tenant) {
    try {
      return requireNonNull(permits.acquire(tenant, one, now()));
    } catch (InterruptedException stopped) {
      throw new IllegalStateException(stopped);
    }
  }

  private static long now() {
    return System.nanoTime();
  }

  private static long until(Duration wait) {
    return System.nanoTime() + wait.toNanos();
  }
}
