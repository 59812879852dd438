package dev.homing.activities.backlog;

import static java.time.temporal.ChronoUnit.SECONDS;

import dev.homing.activities.standing.Standing;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How a backlog stands, in words that operators read in Temporal's Web UI: {@code 12,345 wait ·
 * open since 2026-11-28T12:00:00Z, 503 · next at 2026-11-28T12:05:00Z}.
 */
final class DrainMessage {
  private DrainMessage() {}

  /**
   * Writes the message.
   *
   * @param waiting counted up to {@link BacklogCounts#COUNTED}
   * @param standing null: in good standing
   * @param next what comes next
   */
  static String of(int waiting, @Nullable Standing standing, String next) {
    return "%s · %s · %s".formatted(count(waiting), why(standing), next);
  }

  private static String count(int waiting) {
    if (waiting == 1) {
      return "1 waits";
    }
    return String.format(
        Locale.ROOT, waiting < BacklogCounts.COUNTED ? "%,d wait" : "%,d or more wait", waiting);
  }

  private static String why(@Nullable Standing standing) {
    if (standing == null) {
      return "in good standing";
    }
    return switch (standing.state()) {
      case CLOSED -> "in good standing";
      case HELD -> "held by Retry-After" + since(standing);
      case OPEN -> "open" + since(standing);
      case HALF_OPEN -> "half open" + since(standing);
      case OVER_PACE -> "over pace" + since(standing);
    };
  }

  private static String since(Standing standing) {
    String since = " since " + standing.since().truncatedTo(SECONDS);
    if (standing.answer() != null) {
      return since + ", " + standing.answer();
    }
    return standing.reason() == null ? since : since + ", " + standing.reason().word();
  }
}
