package dev.homing.activities.delivery;

import dev.homing.activities.delivery.Delivery.State;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What became of an event's recipients, for whoever looks at its workflow. */
final class Results {
  private static final int LINES = 20;

  private final List<String> lines = new ArrayList<>();
  private final Map<State, Integer> others = new EnumMap<>(State.class);

  synchronized void add(Delivery.Key key, State state, @Nullable Attempt attempt) {
    if (lines.size() < LINES) {
      lines.add(line(key, state, attempt));
    } else {
      others.merge(state, 1, Integer::sum);
    }
  }

  /** A line for each of the first, then counts. */
  synchronized List<String> lines() {
    List<String> all = new ArrayList<>(lines);
    others.forEach((state, count) -> all.add("and %d more %s".formatted(count, state.word())));
    return all;
  }

  private static String line(Delivery.Key key, State state, @Nullable Attempt attempt) {
    if (attempt == null) {
      return "%s %s".formatted(key.id(), state.word());
    }
    Integer status = attempt.outcome().status();
    return "%s %s: %s in %d ms"
        .formatted(
            key.id(),
            state.word(),
            status == null ? attempt.outcome().word() : status,
            attempt.took().toMillis());
  }
}
