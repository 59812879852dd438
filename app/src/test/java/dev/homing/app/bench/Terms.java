package dev.homing.app.bench;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the subscriptions of a scenario ask for, beyond plain deliveries.
 *
 * @param orderingKeys keys that events have in turn, in whose order they come; 0: none
 * @param perSecond the receiver's rate; 0: none
 * @param maxInFlight requests without an answer; 0: as many as there are
 */
record Terms(int orderingKeys, int perSecond, int maxInFlight) {
  static final Terms PLAIN = new Terms(0, 0, 0);

  /** By so many parts of a hundred a rate may be exceeded in some second. */
  private static final int TOLERATED = 10;

  static Terms ordered(int keys) {
    return new Terms(keys, 0, 0);
  }

  static Terms paced(int perSecond, int maxInFlight) {
    return new Terms(0, perSecond, maxInFlight);
  }

  boolean isPaced() {
    return perSecond > 0;
  }

  /** The most requests that any second may have. */
  int mostInASecond() {
    return perSecond + perSecond * TOLERATED / 100;
  }

  /** A subscription, as the API takes it. */
  Map<String, Object> subscription(String url, String eventType) {
    Map<String, Object> fields = new HashMap<>();
    fields.put("url", url);
    fields.put("event_types", List.of(eventType));
    // Short, so that refused deliveries are retried during the measurement.
    fields.put("retry", Map.of("initial_interval", "1s", "max_interval", "10s"));
    if (orderingKeys > 0) {
      fields.put("ordered", true);
    }
    if (isPaced()) {
      fields.put("rate", Map.of("limit", perSecond, "per", "1s"));
      fields.put("max_in_flight", maxInFlight);
    }
    return fields;
  }
}
