package dev.homing.activities.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventTypesTest {
  @ParameterizedTest
  @ValueSource(strings = {"order", "order.created", "a.b.c.d", "Order_2-x.0", "-", "_._"})
  void acceptsEventTypes(String type) {
    assertThat(EventTypes.isType(type)).isTrue();
    assertThat(EventTypes.isPattern(type)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"*", "order.*", "a.b.c.*"})
  void acceptsPatternsThatAreNotTypes(String pattern) {
    assertThat(EventTypes.isPattern(pattern)).isTrue();
    assertThat(EventTypes.isType(pattern)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        ".",
        ".a",
        "a.",
        "a..b",
        "a b",
        "a/b",
        "a,b",
        "größe",
        "a\n",
        "a\u0000",
        "**",
        "*.*",
        ".*",
        "*.created",
        "order*",
        "order.*.created",
        "order.c*",
        "order.**"
      })
  void rejectsAnythingElse(String text) {
    assertThat(EventTypes.isType(text)).isFalse();
    assertThat(EventTypes.isPattern(text)).isFalse();
  }

  @Test
  void rejectsTooLongTypes() {
    String longest = "a".repeat(EventTypes.MAX_LENGTH);

    assertThat(EventTypes.isType(longest)).isTrue();
    assertThat(EventTypes.isPattern(longest)).isTrue();
    assertThat(EventTypes.isType(longest + "a")).isFalse();
    assertThat(EventTypes.isPattern(longest + "a")).isFalse();
    assertThat(EventTypes.isPattern("a".repeat(EventTypes.MAX_LENGTH - 2) + ".*")).isTrue();
  }

  @Test
  void rejectsLongInputsFast() {
    assertThat(EventTypes.isType("a.".repeat(64))).isFalse();
    assertThat(EventTypes.isPattern("a-".repeat(63) + ".!")).isFalse();
  }

  @Test
  void matchesATypeByItselfEachPrefixAndTheWildcard() {
    assertThat(EventTypes.matching("order")).containsExactlyInAnyOrder("*", "order");
    assertThat(EventTypes.matching("order.line.added"))
        .containsExactlyInAnyOrder("*", "order.line.added", "order.*", "order.line.*");
  }

  @Test
  void wildcardStandsForTheEventsOfClientsOnly() {
    assertThat(EventTypes.matching("homing.a.b"))
        .containsExactlyInAnyOrder("homing.a.b", "homing.*", "homing.a.*");
  }

  @Test
  void homingsOwnTypesBeginWithItsName() {
    assertThat(EventTypes.isOwn("homing.a")).isTrue();
    assertThat(List.of("homing", "homing-a.b", "homings.a", "a.homing.b"))
        .noneMatch(EventTypes::isOwn);
  }
}
