package dev.homing.app.delivery;

import dev.homing.app.problem.Problem;
import dev.homing.workflows.Tenant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.springframework.stereotype.Component;

/** Retries and cancels several deliveries, each as if it were the only one. */
@Component
class BulkActions {
  /** The most at once: the caller waits for all of them. */
  static final int MAX = 100;

  private final DeliveryActions actions;

  BulkActions(DeliveryActions actions) {
    this.actions = actions;
  }

  /** What may be done to several. */
  enum Kind {
    RETRY("Retry", "retried"),
    CANCEL("Cancel", "cancelled");

    private final String verb;
    private final String done;

    Kind(String verb, String done) {
      this.verb = verb;
      this.done = done;
    }

    /** The name in forms and in the query. */
    String word() {
      return verb.toLowerCase(Locale.ROOT);
    }

    String verb() {
      return verb;
    }

    String done() {
      return done;
    }

    /** Parses a name; a problem lists the names there are. */
    static Kind of(String word) {
      return switch (word) {
        case "retry" -> RETRY;
        case "cancel" -> CANCEL;
        default -> throw Problem.malformed("action must be retry or cancel");
      };
    }
  }

  /**
   * What became of them.
   *
   * @param done for how many it was done
   * @param refused the others, by the reason, as they were asked for
   */
  record Result(int done, Map<String, List<String>> refused) {}

  /** Acts on each of them; one that refuses does not keep the others. */
  Result act(Kind kind, Tenant tenant, List<String> ids) {
    if (ids.isEmpty()) {
      throw Problem.malformed("Tick the deliveries first.");
    }
    if (ids.size() > MAX) {
      throw Problem.malformed("At most %d deliveries at once.".formatted(MAX));
    }
    int done = 0;
    Map<String, List<String>> refused = new LinkedHashMap<>();
    for (String id : ids) {
      try {
        var unused =
            switch (kind) {
              case RETRY -> actions.retry(tenant, id);
              case CANCEL -> actions.cancel(tenant, id);
            };
        done++;
      } catch (Problem refusal) {
        refused.computeIfAbsent(refusal.detail(), _ -> new ArrayList<>()).add(id);
      }
    }
    return new Result(done, refused);
  }
}
