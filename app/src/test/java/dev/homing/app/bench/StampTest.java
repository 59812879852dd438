package dev.homing.app.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class StampTest {
  private static final Stamp STAMP = new Stamp(42, 7, 1_234_567_890_123_456L);

  @ParameterizedTest
  @ValueSource(ints = {100, 512, 204_800})
  void isReadFromAPayloadOfAnyLength(int length) {
    byte[] payload = STAMP.payload(length);

    assertThat(payload).hasSize(length);
    assertThat(Stamp.of(payload)).isEqualTo(STAMP);
  }

  @Test
  void isJson() {
    JsonNode json = JsonMapper.shared().readTree(STAMP.payload(100));

    assertThat(json.get("number").stringValue()).isEqualTo("0000000042");
    assertThat(json.get("key").stringValue()).isEqualTo("00007");
  }
}
