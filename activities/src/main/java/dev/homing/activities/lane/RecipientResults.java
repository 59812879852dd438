package dev.homing.activities.lane;

import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.delivery.Delivery.State;
import dev.homing.activities.outbound.Attempt;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Results for the recipients of events, as the events' workflow shows them. */
final class RecipientResults {
  /** Recipients that are shown one by one; the others are only counted. */
  private static final int MAX_LINES = 20;

  private final List<Line> lines = new ArrayList<>();
  private final Map<State, Integer> others = new EnumMap<>(State.class);
  private final Runnable onEach;
  private boolean allOver = true;

  RecipientResults() {
    this(() -> {});
  }

  /** {@code onEach} runs after each result. */
  RecipientResults(Runnable onEach) {
    this.onEach = onEach;
  }

  /** {@code over}: there is nothing left to do for the event's workflow. */
  private record Line(State state, boolean over, String text) {}

  /** Adds a delivery for which no attempt was made. */
  void add(Delivery.Key key, State state) {
    add(new Line(state, state.isOver(), "%s %s".formatted(key.id(), state.word())));
    onEach.run();
  }

  /** Adds a delivery for which no attempt was made: its subscription's drain has it in hand. */
  void addBacklogged(Delivery.Key key) {
    add(new Line(State.RETRYING, true, "%s waits in the backlog".formatted(key.id())));
    onEach.run();
  }

  /** Adds a delivery as its attempt left it. */
  void add(Delivery after, Attempt attempt) {
    boolean over = after.state().isOver() || after.backlogged();
    add(new Line(after.state(), over, line(after, attempt)));
    onEach.run();
  }

  private synchronized void add(Line line) {
    allOver &= line.over();
    if (lines.size() < MAX_LINES) {
      lines.add(line);
    } else {
      others.merge(line.state(), 1, Integer::sum);
    }
  }

  /** Adds the final results of another event; does not run {@code onEach}. */
  synchronized void addAll(RecipientResults ended) {
    ended.lines.forEach(this::add);
    ended.others.forEach((state, count) -> others.merge(state, count, Integer::sum));
    allOver &= ended.allOver;
  }

  /** Whether every delivery added so far is over, or waits in a backlog. */
  synchronized boolean allOver() {
    return allOver;
  }

  /** A line for each of the first recipients, then a count for each state. */
  synchronized List<String> lines() {
    List<String> all = new ArrayList<>(lines.stream().map(Line::text).toList());
    others.forEach((state, count) -> all.add("and %d more %s".formatted(count, state.word())));
    return all;
  }

  private static String line(Delivery after, Attempt attempt) {
    Integer status = attempt.outcome().status();
    return "%s %s: %s in %d ms"
        .formatted(
            after.key().id(),
            after.state().word(),
            status == null ? attempt.outcome().word() : status,
            attempt.took().toMillis());
  }
}
