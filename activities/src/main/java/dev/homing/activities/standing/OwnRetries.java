package dev.homing.activities.standing;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.homing.workflows.SubscriptionId;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * How many failed first attempts of a subscription get a workflow of their own, on this node.
 *
 * <p>Beyond it, a receiver that refuses much would fill Temporal with workflows.
 */
public final class OwnRetries {
  private static final Duration WINDOW = Duration.ofSeconds(10);

  private final @Nullable Integer perWindow;
  private final Cache<SubscriptionId, AtomicInteger> taken =
      Caffeine.newBuilder().expireAfterWrite(WINDOW).build();

  /** {@code perWindow} of a subscription within 10 seconds; null: all. */
  public OwnRetries(@Nullable Integer perWindow) {
    this.perWindow = perWindow;
  }

  /** Whether each delivery that waits has a workflow of its own: there are no backlogs. */
  public boolean isUnlimited() {
    return perWindow == null;
  }

  /** Takes one; false if none is left. */
  public boolean tryTake(SubscriptionId subscription) {
    return perWindow == null
        || taken.get(subscription, _ -> new AtomicInteger()).incrementAndGet() <= perWindow;
  }
}
