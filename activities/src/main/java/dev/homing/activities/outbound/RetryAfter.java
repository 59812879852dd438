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

/** Reads how long a receiver asks us to wait (RFC 9110, section 10.2.3). */
final class RetryAfter {
  private static final Pattern SECONDS = Pattern.compile("[0-9]{1,10}");

  private RetryAfter() {}

  /**
   * More than zero and at most {@link RetrySchedule#LONGEST_RETRY_AFTER}, or null when nothing
   * usable was said.
   *
   * @param values of every such header; more than one is not usable
   */
  static @Nullable Duration read(List<String> values, Instant now) {
    if (values.size() != 1) {
      return null;
    }
    Duration asked = read(values.getFirst(), now);
    if (asked == null || !asked.isPositive()) {
      return null;
    }
    Duration longest = RetrySchedule.LONGEST_RETRY_AFTER;
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
      } catch (DateTimeParseException anotherForm) {
        // Then it is one of the others, or none.
      }
    }
    return null;
  }

  /** The three forms of RFC 9110, section 5.6.7: as it is written today, by RFC 850, by asctime. */
  private static List<DateTimeFormatter> dates(Instant now) {
    return List.of(
        DateTimeFormatter.ofPattern("EEE, dd MMM uuuu HH:mm:ss 'GMT'", Locale.US),
        rfc850(now),
        DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss uuuu", Locale.US));
  }

  /** A year of two digits that would be more than 50 years ahead is a past one. */
  private static DateTimeFormatter rfc850(Instant now) {
    int earliest = now.atOffset(ZoneOffset.UTC).getYear() - 49;
    return new DateTimeFormatterBuilder()
        .appendPattern("EEEE, dd-MMM-")
        .appendValueReduced(ChronoField.YEAR, 2, 2, earliest)
        .appendPattern(" HH:mm:ss 'GMT'")
        .toFormatter(Locale.US);
  }
}
