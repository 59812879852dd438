package dev.homing.app.maintenance;

import java.util.List;
import java.util.function.IntFunction;
import java.util.function.Predicate;

/** Claims work a few items at a time, so that a node that stops holds few claims. */
final class Claims {
  private static final int BATCH_SIZE = 25;

  private Claims() {}

  /**
   * Handles items until none is left, {@code limit} are handled, or one could not be; claims of the
   * others expire.
   *
   * @param claim claims up to this many items
   * @param handler false: this item could not be handled now
   * @return false if an item could not be handled
   */
  static <T> boolean handle(int limit, IntFunction<List<T>> claim, Predicate<T> handler) {
    int handled = 0;
    while (handled < limit) {
      List<T> claimed = claim.apply(Math.min(BATCH_SIZE, limit - handled));
      if (claimed.isEmpty()) {
        break;
      }
      for (T item : claimed) {
        if (!handler.test(item)) {
          return false;
        }
        handled++;
      }
    }
    return true;
  }
}
