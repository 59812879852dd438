package dev.homing.activities.list;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The SQL conditions that a caller asks for, and no others.
 *
 * <p>A condition like {@code :state is null or state = :state} would keep PostgreSQL from using a
 * partial index.
 */
public final class Conditions {
  private final List<String> conditions = new ArrayList<>();
  private final Map<String, Object> params = new HashMap<>();

  /** Adds a condition without a parameter. */
  public Conditions and(String condition) {
    conditions.add(condition);
    return this;
  }

  /** Adds a condition on a parameter; null: the caller does not ask for it. */
  public Conditions and(String condition, String parameter, @Nullable Object value) {
    if (value != null) {
      conditions.add(condition);
      params.put(parameter, value);
    }
    return this;
  }

  /** Adds the bounds of ids: the first one, and the first one that is not meant. */
  public Conditions between(UUID from, UUID until) {
    return and("id >= :from", "from", from.equals(BoundedList.FIRST) ? null : from)
        .and("id < :until", "until", until.equals(BoundedList.LAST) ? null : until);
  }

  public boolean isEmpty() {
    return conditions.isEmpty();
  }

  public String sql() {
    return conditions.isEmpty() ? "true" : String.join(" and ", conditions);
  }

  public Map<String, Object> params() {
    return params;
  }
}
