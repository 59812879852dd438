package dev.homing.app.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.workflows.EventId;
import dev.homing.workflows.Tenant;
import dev.homing.workflows.event.AcceptedEvent;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class StartQueueTest {
  private static final Tenant CROWD = new Tenant("crowd");
  private static final Tenant ONE = new Tenant("one");

  private final StartQueue queue = new StartQueue(8);

  @Test
  void tenantsTakeTurns() throws Exception {
    List<AcceptedEvent> many = Stream.generate(() -> event(CROWD)).limit(3).toList();
    many.forEach(queue::offer);
    AcceptedEvent one = event(ONE);
    queue.offer(one);

    assertThat(queue.poll(Duration.ZERO)).isEqualTo(many.getFirst());
    assertThat(queue.take(10)).containsExactly(one, many.get(1), many.get(2));
    assertThat(queue.size()).isZero();
  }

  @Test
  void tenantLeavesPlacesToOthers() {
    List<Boolean> added = Stream.generate(() -> queue.offer(event(CROWD))).limit(10).toList();

    assertThat(added).filteredOn(place -> place).hasSize(6);
    assertThat(queue.offer(event(ONE))).isTrue();
  }

  @Test
  void takesNoMoreThanItsLimit() {
    Stream.generate(() -> event(CROWD)).limit(3).forEach(queue::offer);

    assertThat(queue.take(2)).hasSize(2);
    assertThat(queue.size()).isEqualTo(1);
  }

  @Test
  void waitsForAnEvent() throws Exception {
    AcceptedEvent event = event(ONE);
    CompletableFuture<AcceptedEvent> next =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return queue.poll(Duration.ofSeconds(30));
              } catch (InterruptedException stopped) {
                throw new IllegalStateException(stopped);
              }
            },
            thread -> Thread.ofVirtual().start(thread));

    queue.offer(event);

    assertThat(next.get(30, TimeUnit.SECONDS)).isEqualTo(event);
    assertThat(queue.poll(Duration.ofMillis(1))).isNull();
  }

  private static AcceptedEvent event(Tenant tenant) {
    return new AcceptedEvent(tenant, new EventId(UUID.randomUUID()), "some.type", 1);
  }
}
