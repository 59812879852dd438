package dev.homing.activities.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.activities.AtOnce;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** Two hundred receivers that hurt, at once. */
@Isolated("as it measures the heap")
class ManyHostileReceiversTest {
  @Test
  void needsLittleMemoryForTwoHundredAtOnce() throws Exception {
    long before = liveBytes();
    Future<List<Misbehaviour>> all =
        CompletableFuture.supplyAsync(ManyHostileReceiversTest::surviveAll);
    while (!isOver(all)) {
      assertThat(liveBytes() - before).isLessThan(64 * 1024 * 1024);
    }

    assertThat(all.get()).hasSize(200).containsAll(Misbehaviour.ALL);
  }

  private static List<Misbehaviour> surviveAll() {
    List<Misbehaviour> all = Misbehaviour.ALL;
    try {
      return AtOnce.times(
          200,
          i ->
              () -> {
                Misbehaviour hostile = all.get(i % all.size());
                HostileReceiversTest.attempt(hostile.onABusyMachine());
                return hostile;
              });
    } catch (Exception failed) {
      throw new IllegalStateException(failed);
    }
  }

  private static boolean isOver(Future<?> all) throws Exception {
    try {
      all.get(500, TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException notYet) {
      return false;
    }
  }

  /** Live bytes on the heap, without garbage. */
  private static long liveBytes() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
