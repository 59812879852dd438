package dev.homing.activities.subscription;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How much may be sent to a receiver, or to all receivers of a tenant.
 *
 * @param rate how many requests may begin in a period; null: any number
 * @param maxInFlight how many requests may be without an answer at a time; null: any number
 */
public record Pace(@Nullable Rate rate, @Nullable Integer maxInFlight) {
  public static final Pace NONE = new Pace(null, null);

  /** The highest {@code maxInFlight}: each request holds a connection and a payload. */
  public static final int HIGHEST_IN_FLIGHT = 500;

  /** A pace as it is stored; the rate has a limit and a period, or neither. */
  public static Pace of(
      @Nullable Integer rateLimit, @Nullable Integer rateSeconds, @Nullable Integer maxInFlight) {
    return new Pace(
        rateLimit == null || rateSeconds == null
            ? null
            : new Rate(rateLimit, Duration.ofSeconds(rateSeconds)),
        maxInFlight);
  }

  public boolean isNone() {
    return rate == null && maxInFlight == null;
  }

  /**
   * A number of requests in a period of time.
   *
   * @param limit from 1 to {@link #HIGHEST}
   * @param per one of {@link #PERIODS}
   */
  public record Rate(int limit, Duration per) {
    /** The highest limit in any period. */
    public static final int HIGHEST = 100_000;

    public static final List<Duration> PERIODS =
        List.of(Duration.ofSeconds(1), Duration.ofMinutes(1), Duration.ofHours(1));
  }
}
