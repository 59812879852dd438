package dev.homing.activities.list;

import dev.homing.activities.Change;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Items of a list in the order of their changes.
 *
 * @param lookedUpTo the last change that was looked at, if there were too many to look at all;
 *     null: there are no more items, or as many as were asked for
 */
public record Changed<T>(List<Item<T>> items, @Nullable Change lookedUpTo) {
  /** An item, and the place of its last change in the order of changes. */
  public record Item<T>(T item, Change change) {}
}
