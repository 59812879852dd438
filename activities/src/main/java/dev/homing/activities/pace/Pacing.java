package dev.homing.activities.pace;

import dev.homing.activities.subscription.Receiver;
import dev.homing.workflows.Tenant;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import org.springframework.data.redis.core.StringRedisTemplate;

/**
 * Keeps the pace of receivers, and of all receivers of a tenant together.
 *
 * <p>In no period more requests begin than the limit of the rate and a twentieth of it, and never
 * are more in flight than allowed. All nodes count together in Redis. After several failures of
 * Redis, each node keeps the pace for itself. A receiver without a pace costs nothing.
 */
public final class Pacing {
  /** Added to the timeout of a request: afterwards its node has died, and it counts as ended. */
  private static final Duration OVERTIME = Duration.ofSeconds(10);

  private final SharedCounts shared;
  private final OwnCounts own;

  /** {@code redis} must time out commands, after about a tenth of a second. */
  public Pacing(StringRedisTemplate redis) {
    this(redis, System::nanoTime);
  }

  Pacing(StringRedisTemplate redis, LongSupplier nanoTime) {
    this.shared = new SharedCounts(redis);
    this.own = new OwnCounts(nanoTime);
  }

  /** Asks right before a request to the receiver begins. */
  public Permit ask(Tenant tenant, Receiver receiver) {
    return receiver.isPaced() ? begin(tenant, receiver, false) : Permit.FREE;
  }

  /**
   * Counts a request that a person has asked for: it is never refused.
   *
   * <p>Later ones wait for it, and for others like it at most a period in all.
   */
  public Permit insist(Tenant tenant, Receiver receiver) {
    return receiver.isPaced() ? begin(tenant, receiver, true) : Permit.FREE;
  }

  private Permit begin(Tenant tenant, Receiver receiver, boolean anyway) {
    List<Level> levels = Level.of(tenant, receiver);
    String request = shared.newRequest();
    Duration longest = receiver.timeout().plus(OVERTIME);
    Duration wait =
        shared
            .begin(levels, request, longest, anyway)
            .map(answer -> answer.isZero() ? own(levels, true) : answer)
            .orElseGet(() -> own(levels, anyway));
    return wait.isZero()
        ? Permit.granted(
            () -> {
              own.end(levels);
              shared.end(levels, request);
            })
        : Permit.refused(wait);
  }

  /** Shared requests are counted as well, for the time when Redis is unavailable. */
  private Duration own(List<Level> levels, boolean anyway) {
    if (anyway) {
      own.begin(levels);
      return Duration.ZERO;
    }
    return own.tryBegin(levels);
  }
}
