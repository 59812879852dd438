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
  void holdsLittleOfTwoHundredAtOnce() throws Exception {
    long before = live();
    Future<List<Misbehaviour>> all =
        CompletableFuture.supplyAsync(ManyHostileReceiversTest::survived);
    while (!isOver(all)) {
      assertThat(live() - before).isLessThan(64 * 1024 * 1024);
    }

    assertThat(all.get()).hasSize(200).containsAll(Misbehaviour.ALL);
  }

  private static List<Misbehaviour> survived() {
    List<Misbehaviour> all = Misbehaviour.ALL;
    try {
      return AtOnce.times(
          200,
          i ->
              () -> {
                Misbehaviour hostile = all.get(i % all.size());
                HostileReceiversTest.meet(hostile.amongOthers());
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

  /** Bytes on the heap that are not garbage. */
  private static long live() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
