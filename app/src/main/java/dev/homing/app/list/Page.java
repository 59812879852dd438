package dev.homing.app.list;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A page of a list.
 *
 * @param nextCursor where the next page begins; null on the last
 */
public record Page<T>(List<T> items, @Nullable String nextCursor) {
  public <R> Page<R> map(Function<? super T, R> view) {
    return new Page<>(items.stream().map(view).toList(), nextCursor);
  }
}
