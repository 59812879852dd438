package dev.homing.app.page;

import dev.homing.activities.subscription.Pace;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Numbers, times and durations as pages write them. */
public final class Text {
  private static final DateTimeFormatter EXACT =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS 'UTC'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter SHORT =
      DateTimeFormatter.ofPattern("d MMM HH:mm:ss 'UTC'", Locale.ENGLISH).withZone(ZoneOffset.UTC);

  private static final DateTimeFormatter HOUR =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

  /** Controls except for line breaks and tabs, marks of direction, and what has no width. */
  private static final Pattern HIDDEN =
      Pattern.compile(
          "[\\p{Cc}&&[^\\n"
              + "\\r"
              + "\\t]]"
              + "|[\\x{61C}\\x{200B}\\x{200E}\\x{200F}\\x{202A}-\\x{202E}\\x{2060}-\\x{2069}\\x{FEFF}]");

  private Text() {}

  /** In groups of three digits: {@code 1,204,331}. */
  public static String number(long number) {
    return String.format(Locale.ENGLISH, "%,d", number);
  }

  /** A count that stops at a limit: {@code 10,000+}. */
  public static String number(long number, long limit) {
    return number(Math.min(number, limit)) + (number >= limit ? "+" : "");
  }

  /** A number with what it counts: {@code 1 byte}. */
  public static String count(long number, String one, String many) {
    return number(number) + " " + (number == 1 ? one : many);
  }

  /** To the millisecond, in UTC. */
  public static String exact(Instant time) {
    return EXACT.format(time);
  }

  /** To the minute, in UTC. */
  public static String hour(Instant time) {
    return HOUR.format(time);
  }

  /** Tenths of a percent: {@code 99.2 %}, {@code 100 %}. */
  public static String permille(long permille) {
    return permille % 10 == 0
        ? permille / 10 + " %"
        : "%d.%d %%".formatted(permille / 10, permille % 10);
  }

  /** To the second, in UTC; browsers with scripts show their own time instead. */
  public static String brief(Instant time) {
    return SHORT.format(time);
  }

  /** A time of a filter as a date picker takes it; empty if there is none. */
  public static String picked(@Nullable String time) {
    return time == null ? "" : time.replaceFirst(":\\d\\d(\\.\\d+)?Z$", "");
  }

  /** Like {@code 120 ms} or {@code 15.0 s}. */
  public static String millis(long millis) {
    return millis < 1_000
        ? millis + " ms"
        : String.format(Locale.ENGLISH, "%.1f s", millis / 1_000.0);
  }

  /** The two largest units: {@code 3 h 12 min}. */
  public static String duration(@Nullable Duration duration) {
    if (duration == null) {
      return "–";
    }
    if (duration.toDays() > 0) {
      return duration.toDays() + " d" + rest(duration.toHoursPart(), "h");
    }
    if (duration.toHours() > 0) {
      return duration.toHours() + " h" + rest(duration.toMinutesPart(), "min");
    }
    if (duration.toMinutes() > 0) {
      return duration.toMinutes() + " min" + rest(duration.toSecondsPart(), "s");
    }
    return duration.toSeconds() + " s";
  }

  private static String rest(int count, String unit) {
    return count == 0 ? "" : " %d %s".formatted(count, unit);
  }

  /** How much may be sent: {@code 100 per minute, 5 at a time}; empty: there is no limit. */
  public static String pace(Pace pace) {
    Pace.Rate rate = pace.rate();
    return Stream.of(
            rate == null ? "" : number(rate.limit()) + " per " + unit(rate.per()),
            pace.maxInFlight() == null ? "" : number(pace.maxInFlight()) + " at a time")
        .filter(part -> !part.isEmpty())
        .collect(Collectors.joining(", "));
  }

  private static String unit(Duration period) {
    return period.toHours() > 0 ? "hour" : period.toMinutes() > 0 ? "minute" : "second";
  }

  /**
   * A text from callers with its invisible controls made visible: those that reverse the direction
   * of what follows would make it read as something else.
   */
  public static String visible(@Nullable String text) {
    return text == null ? "" : HIDDEN.matcher(text).replaceAll(Text::named);
  }

  private static String named(MatchResult hidden) {
    return "⟨U+%04X⟩".formatted(hidden.group().codePointAt(0));
  }

  /** A URL without its scheme, as {@link #visible} text: {@code api.example.com/hooks}. */
  public static String place(String url) {
    return visible(url.replaceFirst("^https?://", ""));
  }
}
