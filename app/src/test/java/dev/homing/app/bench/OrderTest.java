package dev.homing.app.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OrderTest {
  private final Order order = new Order();

  @Test
  void isKeptByEventsThatComeOneAfterTheOther() {
    order.received(1, 0, 0);
    order.received(3, 0, 0);

    assertThat(order.violations()).isZero();
  }

  @Test
  void isViolatedByEachEventThatComesAfterALaterOne() {
    order.received(3, 0, 0);
    order.received(1, 0, 0);
    order.received(2, 0, 0);

    assertThat(order.violations()).isEqualTo(2);
  }

  @Test
  void isOfOneKeyAtOneReceiver() {
    order.received(3, 0, 0);
    order.received(1, 1, 0);
    order.received(2, 0, 1);

    assertThat(order.violations()).isZero();
  }
}
