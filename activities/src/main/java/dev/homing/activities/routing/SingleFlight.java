package dev.homing.activities.routing;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** Lets concurrent lookups of the same route share one result. */
final class SingleFlight {
  private final ConcurrentHashMap<Routes.Asked, CompletableFuture<Route>> underWay =
      new ConcurrentHashMap<>();

  /**
   * The result of {@code lookUp} or, while another thread looks up the same route, of that thread:
   * {@link Route#UNKNOWN} if its lookup fails.
   */
  Route get(Routes.Asked asked, Supplier<Route> lookUp) {
    CompletableFuture<Route> mine = new CompletableFuture<>();
    CompletableFuture<Route> others = underWay.putIfAbsent(asked, mine);
    if (others != null) {
      return others.join();
    }
    try {
      Route route = lookUp.get();
      mine.complete(route);
      return route;
    } finally {
      underWay.remove(asked, mine);
      mine.complete(Route.UNKNOWN);
    }
  }
}
