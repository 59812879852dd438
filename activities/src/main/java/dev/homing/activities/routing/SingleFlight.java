package dev.homing.activities.routing;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** Lets those who ask for the same at the same time share one answer. */
final class SingleFlight {
  private final ConcurrentHashMap<Routes.Asked, CompletableFuture<Route>> underWay =
      new ConcurrentHashMap<>();

  /**
   * What {@code lookUp} says or, while somebody else looks up the same, what comes of that: {@link
   * Route#UNKNOWN} if it fails.
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
