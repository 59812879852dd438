package dev.homing.activities;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntFunction;

/** Runs a task on many threads at the same time. */
public final class AtOnce {
  private AtOnce() {}

  /** Runs a task {@code count} times, all starting together, and returns the results. */
  public static <T> List<T> times(int count, IntFunction<Callable<T>> what) throws Exception {
    CyclicBarrier start = new CyclicBarrier(count);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<T>> all = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        Callable<T> one = what.apply(i);
        all.add(
            threads.submit(
                () -> {
                  start.await(30, TimeUnit.SECONDS);
                  return one.call();
                }));
      }
      return results(all);
    }
  }

  private static <T> List<T> results(List<Future<T>> all)
      throws ExecutionException, InterruptedException, TimeoutException {
    List<T> results = new ArrayList<>();
    for (Future<T> one : all) {
      results.add(one.get(30, TimeUnit.SECONDS));
    }
    return results;
  }
}
