package dev.homing.workflows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdsTest {
  private static final UUID SOME = UUID.fromString("01890a5d-ac96-774b-bcce-b302099a8057");

  @Test
  void parsesItsOwnOutput() {
    assertThat(EventId.read("evt_" + SOME)).contains(new EventId(SOME));
    assertThat(SubscriptionId.read("sub_" + SOME)).contains(new SubscriptionId(SOME));
    assertThat(DeliveryId.read("dlv_" + SOME)).contains(new DeliveryId(SOME));
    assertThat(new EventId(SOME)).hasToString("evt_01890a5d-ac96-774b-bcce-b302099a8057");
    assertThat(new SubscriptionId(SOME)).hasToString("sub_" + SOME);
    assertThat(new DeliveryId(SOME)).hasToString("dlv_" + SOME);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "evt_",
        "01890a5d-ac96-774b-bcce-b302099a8057",
        "sub_01890a5d-ac96-774b-bcce-b302099a8057",
        "EVT_01890a5d-ac96-774b-bcce-b302099a8057",
        "evt_01890A5D-AC96-774B-BCCE-B302099A8057",
        "evt_01890a5dac96774bbcceb302099a8057",
        "evt_01890a5d-ac96-774b-bcce-b302099a805",
        "evt_01890a5d-ac96-774b-bcce-b302099a80577",
        "evt_01890a5d-ac96-774b-bcce-b302099a805g",
        "evt_1890a5d-ac96-774b-bcce-0b302099a8057",
        "evt_+1890a5d-ac96-774b-bcce-b302099a8057",
        " evt_01890a5d-ac96-774b-bcce-b302099a8057",
        "evt_01890a5d-ac96-774b-bcce-b302099a805\n",
      })
  void rejectsAnythingElse(String text) {
    assertThat(EventId.read(text)).isEmpty();
    assertThatThrownBy(() -> EventId.of(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"evt_", "sub_", "dlv_"})
  void readsEachPrefixAsItsOwnKind(String prefix) {
    String text = prefix + SOME;

    assertThat(EventId.read(text).isPresent()).isEqualTo(prefix.equals("evt_"));
    assertThat(SubscriptionId.read(text).isPresent()).isEqualTo(prefix.equals("sub_"));
    assertThat(DeliveryId.read(text).isPresent()).isEqualTo(prefix.equals("dlv_"));
  }

  @Test
  void eventIdTellsTheTimeOfAcceptance() {
    assertThat(new EventId(SOME).acceptedAt()).isEqualTo(Instant.ofEpochMilli(0x01890a5dac96L));
  }

  @Test
  void givesTheSameDeliveryIdForTheSameEventAndSubscription() {
    EventId event = new EventId(SOME);
    SubscriptionId subscription = Samples.subscription(1);

    assertThat(DeliveryId.of(event, subscription))
        .isEqualTo(DeliveryId.of(new EventId(SOME), Samples.subscription(1)))
        .hasToString("dlv_01890a5d-ac96-774b-9265-a95386ba75fa");
  }

  @Test
  void givesAnotherDeliveryIdForAnotherEventOrSubscription() {
    EventId event = new EventId(SOME);
    EventId another = new EventId(new UUID(SOME.getMostSignificantBits(), 0x8000000000000001L));

    assertThat(DeliveryId.of(event, Samples.subscription(1)))
        .isNotEqualTo(DeliveryId.of(event, Samples.subscription(2)))
        .isNotEqualTo(DeliveryId.of(another, Samples.subscription(1)));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void deliveryIdStartsLikeItsEventsAndIsAValidUuid(int number) {
    UUID delivery = DeliveryId.of(new EventId(SOME), Samples.subscription(number)).uuid();

    assertThat(delivery.getMostSignificantBits()).isEqualTo(SOME.getMostSignificantBits());
    assertThat(delivery.version()).isEqualTo(7);
    assertThat(delivery.variant()).isEqualTo(2);
  }
}
