package dev.homing.app.page;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PayloadTest {
  /** Numbers and escapes stay as they were written. */
  @Test
  void jsonGetsLinesAndStaysTheSame() {
    Payload payload =
        of(
            "{\"a\":1.10, \"b\" : [1e400,{}, [ ]],\"c\":\"x: {\\\"y\\\","
                + " \\\\\",\"d\":{\"e\":null}}");

    assertThat(payload.pretty())
        .isEqualTo(
            """
            {
              "a": 1.10,
              "b": [
                1e400,
                {},
                []
              ],
              "c": "x: {\\"y\\", \\\\",
              "d": {
                "e": null
              }
            }\
            """);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1", "\"text\"", "{", "{\"a\":1", "a=b", "{} {"})
  void otherTextHasNoLinesOfItsOwn(String text) {
    assertThat(of(text).pretty()).isNull();
    assertThat(of(text).raw()).isEqualTo(text);
  }

  @Test
  void bytesThatAreNoTextAreOnlyCounted() {
    Payload payload = Payload.of(new byte[] {(byte) 0xc3, 0x28});

    assertThat(payload.raw()).isNull();
    assertThat(payload.pretty()).isNull();
    assertThat(payload.bytes()).isEqualTo(2);
  }

  @Test
  void whatCannotBeSeenIsNamed() {
    assertThat(of("a\u202Eb\u0000c\u200Bd\te\nf").raw())
        .isEqualTo("a⟨U+202E⟩b⟨U+0000⟩c⟨U+200B⟩d\te\nf");
    assertThat(of("{\"a\":\"\u2066\"}").pretty()).contains("⟨U+2066⟩");
  }

  @ParameterizedTest
  @CsvSource({
    "0, PT0S, 0 s",
    "999, PT59S, 59 s",
    "1000, PT60S, 1 min",
    "1234567, PT1H1S, 1 h",
    "1, PT3H12M9S, 3 h 12 min",
    "1, P5DT1H, 5 d 1 h"
  })
  void numbersAndDurationsAreShort(long number, Duration duration, String shown) {
    assertThat(Text.duration(duration)).isEqualTo(shown);
    assertThat(Text.number(number).replace(",", "")).isEqualTo(Long.toString(number));
  }

  @Test
  void countsThatStopSaySo() {
    assertThat(Text.number(999, 1_000)).isEqualTo("999");
    assertThat(Text.number(1_000, 1_000)).isEqualTo("1,000+");
  }

  private static Payload of(String text) {
    return Payload.of(text.getBytes(UTF_8));
  }
}
