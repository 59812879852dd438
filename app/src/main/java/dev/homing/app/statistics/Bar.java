package dev.homing.app.statistics;

import dev.homing.activities.statistics.Counts;
import dev.homing.app.page.Text;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The attempts of an hour or more, as a bar in a chart.
 *
 * @param delivered answered with a 2xx
 * @param refused answered otherwise
 * @param unanswered without an answer
 */
public record Bar(Instant since, long delivered, long refused, long unanswered) {
  /** The height of the highest bar, and of a chart. */
  static final int HEIGHT = 100;

  /** What is not zero can be seen. */
  private static final int LOWEST = 2;

  static Bar of(Instant since, Counts counts) {
    return new Bar(since, counts.delivered(), counts.refused(), counts.unanswered());
  }

  public long attempts() {
    return delivered + refused + unanswered;
  }

  /** Like {@code 2026-11-28 13:00 UTC: 120 delivered, 3 refused, no answer to 1}. */
  public String title() {
    return "%s: %s delivered, %s refused, %s without an answer"
        .formatted(
            Text.hour(since),
            Text.number(delivered),
            Text.number(refused),
            Text.number(unanswered));
  }

  /**
   * A part of the bar.
   *
   * @param of what it counts, as a class of the style sheet
   * @param y its upper end, from the top of the chart
   */
  public record Part(String of, int y, int height) {}

  /** The parts from the ground up, those that are empty left out. */
  public List<Part> parts(long highest) {
    List<Part> parts = new ArrayList<>();
    int top = HEIGHT;
    top = add(parts, "delivered", delivered, highest, top);
    top = add(parts, "refused", refused, highest, top);
    add(parts, "unanswered", unanswered, highest, top);
    return parts;
  }

  private static int add(List<Part> parts, String of, long count, long highest, int top) {
    if (count == 0) {
      return top;
    }
    int height =
        Math.min(top, Math.max(LOWEST, (int) Math.round(HEIGHT * (double) count / highest)));
    parts.add(new Part(of, top - height, height));
    return top - height;
  }
}
