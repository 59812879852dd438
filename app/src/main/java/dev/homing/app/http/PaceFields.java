package dev.homing.app.http;

import dev.homing.activities.subscription.Pace;
import dev.homing.app.problem.Problem;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The fields {@code rate} and {@code max_in_flight} of subscriptions and tenants. */
public final class PaceFields {
  private PaceFields() {}

  /**
   * The field {@code rate}: so many requests per period.
   *
   * @param limit required: 1 to 100,000 requests
   * @param per required: the period, {@code 1s}, {@code 1m} or {@code 1h}; shown in seconds
   */
  public record Rate(@Nullable Integer limit, @Nullable Duration per) {
    /** The rate as it is shown; null: there is none. */
    public static @Nullable Rate of(Pace pace) {
      Pace.Rate rate = pace.rate();
      return rate == null ? null : new Rate(rate.limit(), rate.per());
    }
  }

  /** The pace that the fields say; adds an error for each that is not valid. */
  public static Pace pace(
      @Nullable Rate rate, @Nullable Integer maxInFlight, List<Problem.FieldError> errors) {
    if (maxInFlight != null && (maxInFlight < 1 || maxInFlight > Pace.HIGHEST_IN_FLIGHT)) {
      errors.add(
          new Problem.FieldError(
              "max_in_flight", "must be from 1 to %d".formatted(Pace.HIGHEST_IN_FLIGHT)));
    }
    return new Pace(rate == null ? null : rate(rate, errors), maxInFlight);
  }

  private static Pace.@Nullable Rate rate(Rate rate, List<Problem.FieldError> errors) {
    Integer limit = rate.limit();
    if (limit == null || limit < 1 || limit > Pace.Rate.HIGHEST) {
      limit = null;
      errors.add(
          new Problem.FieldError(
              "rate.limit", "must be from 1 to %d".formatted(Pace.Rate.HIGHEST)));
    }
    Duration per = rate.per();
    if (per == null || !Pace.Rate.PERIODS.contains(per)) {
      per = null;
      errors.add(new Problem.FieldError("rate.per", "must be 1s, 1m or 1h"));
    }
    return limit == null || per == null ? null : new Pace.Rate(limit, per);
  }
}
