package dev.homing.activities.outbound;

import dev.homing.workflows.delivery.RetrySchedule;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Parses {@code Retry-After}: how long a receiver asks us to wait (RFC 9110, section 10.2.3). */
final class RetryAfter {
  private static final Pattern SECONDS = Pattern.compile("[0-9]{1,10}");

  private RetryAfter() {}

  /**
   * More than zero and at most {@link RetrySchedule#MAX_RETRY_AFTER}; null if the header is
   * unusable.
   *
   * @param values of all such headers; more than one is unusable
   */
  static @Nullable Duration read(List<String> values, Instant now) {
    if (values.size() != 1) {
      return null;
    }
    Duration asked = read(values.getFirst(), now);
    if (asked == null || !asked.isPositive()) {
      return null;
    }
    Duration longest = RetrySchedule.MAX_RETRY_AFTER;
    return asked.compareTo(longest) < 0 ? asked : longest;
  }

  private static @Nullable Duration read(String value, Instant now) {
    if (SECONDS.matcher(value).matches()) {
      return Duration.ofSeconds(Long.parseLong(value));
    }
    for (DateTimeFormatter form : dates(now)) {
      try {
        Instant then = LocalDateTime.parse(value, form).toInstant(ZoneOffset.UTC);
        return Duration.between(now, then);
      } catch (DateTimeParseException e) {
        // Try the next form.
      }
    }
    return null;
  }

  /** The three forms of RFC 9110, section 5.6.7: the current one, RFC 850, and asctime. */
  private static List<DateTimeFormatter> dates(Instant now) {
    return List.of(
        DateTimeFormatter.ofPattern("EEE, dd MMM uuuu HH:mm:ss 'GMT'", Locale.US),
        rfc850(now),
        DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss uuuu", Locale.US));
  }

  /** A two-digit year more than 50 years in the future counts as past. */
  private static DateTimeFormatter rfc850(Instant now) {
    int earliest = now.atOffset(ZoneOffset.UTC).getYear() - 49;
    return new DateTimeFormatterBuilder()
        .appendPattern("EEEE, dd-MMM-")
        .appendValueReduced(ChronoField.YEAR, 2, 2, earliest)
        .appendPattern(" HH:mm:ss 'GMT'")
        .toFormatter(Locale.US);
  }
}
