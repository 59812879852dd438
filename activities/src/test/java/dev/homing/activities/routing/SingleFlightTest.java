package dev.homing.activities.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.homing.activities.SampleIds;
import dev.homing.workflows.Tenant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SingleFlightTest {
  private static final Routes.Asked ORDERS = new Routes.Asked(Tenant.DEFAULT, "order.created");
  private static final Routes.Asked USERS = new Routes.Asked(Tenant.DEFAULT, "user.created");
  private static final Route ROUTE = new Route(7, List.of(SampleIds.subscription()));
  private static final Route LATER = new Route(8, List.of());

  private final SingleFlight flights = new SingleFlight();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  @Test
  void givesWhoComesMeanwhileTheSameAnswer() throws Exception {
    Future<Route> first = threads.submit(() -> flights.get(ORDERS, held(() -> ROUTE)));
    begun.await();
    Future<Route> second = joining(LATER);
    goOn.countDown();

    assertThat(first.get()).isSameAs(ROUTE);
    assertThat(second.get()).isSameAs(ROUTE);
  }

  @Test
  void holdsUpNobodyWhoAsksForSomethingElse() throws Exception {
    var unused = threads.submit(() -> flights.get(ORDERS, held(() -> ROUTE)));
    begun.await();

    assertThat(flights.get(USERS, () -> LATER)).isSameAs(LATER);
  }

  @Test
  void keepsNothing() {
    flights.get(ORDERS, () -> ROUTE);

    assertThat(flights.get(ORDERS, () -> LATER)).isSameAs(LATER);
  }

  @Test
  void tellsWhoWaitsForAFailureThatNothingIsKnown() throws Exception {
    Future<Route> first =
        threads.submit(
            () ->
                flights.get(
                    ORDERS,
                    held(
                        () -> {
                          throw new IllegalStateException("the connection broke");
                        })));
    begun.await();
    Future<Route> second = joining(LATER);
    goOn.countDown();

    assertThatThrownBy(first::get).hasMessageContaining("the connection broke");
    assertThat(second.get()).isSameAs(Route.UNKNOWN);
    assertThat(flights.get(ORDERS, () -> LATER)).isSameAs(LATER);
  }

  private Supplier<Route> held(Supplier<Route> lookUp) {
    return () -> {
      begun.countDown();
      try {
        goOn.await();
      } catch (InterruptedException stopped) {
        throw new IllegalStateException(stopped);
      }
      return lookUp.get();
    };
  }

  /** Returns once it waits for the other's answer. */
  private Future<Route> joining(Route own) throws Exception {
    CompletableFuture<Thread> joiner = new CompletableFuture<>();
    Future<Route> route =
        threads.submit(
            () -> {
              joiner.complete(Thread.currentThread());
              return flights.get(ORDERS, () -> own);
            });
    Thread thread = joiner.get();
    await().until(() -> thread.getState() == Thread.State.WAITING);
    return route;
  }
}
