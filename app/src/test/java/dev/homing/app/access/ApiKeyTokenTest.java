package dev.homing.app.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApiKeyTokenTest {
  private static final KeyId ID =
      new KeyId(UUID.fromString("01890a5d-ac96-774b-bcce-b302099a8057"));

  /** The checksum by Python's zlib.crc32, the hash by its hashlib. */
  private static final String TEXT =
      "hk_01890a5d-ac96-774b-bcce-b302099a8057_" + "0123456789abcdef".repeat(4) + "_efd10c92";

  @Test
  void isReadAsItIsWritten() {
    ApiKeyToken key = ApiKeyToken.generate(ID, new SecureRandom());

    assertThat(ApiKeyToken.read(key.text())).contains(key);
    assertThat(ApiKeyToken.generate(ID, new SecureRandom())).isNotEqualTo(key);
  }

  @Test
  void hasTheChecksumAndHashThatOthersCompute() {
    assertThat(ApiKeyToken.read(TEXT))
        .hasValueSatisfying(
            key ->
                assertThat(key.hash())
                    .asHexString()
                    .isEqualToIgnoringCase(
                        "4884fdaafea47c29fea7159d0daddd9c085d6200e1359e85bb81736af6b7c837"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "hk_",
        "hk_01890a5d-ac96-774b-bcce-b302099a8057",
        "HK_01890a5d-ac96-774b-bcce-b302099a8057",
        "sub_01890a5d-ac96-774b-bcce-b302099a8057",
      })
  void whatIsNoKeyIsNotRead(String text) {
    assertThat(ApiKeyToken.read(text)).isEmpty();
  }

  @Test
  void aKeyWithAnotherCharacterAnywhereIsNone() {
    for (int at = 0; at < TEXT.length(); at++) {
      char other = TEXT.charAt(at) == '7' ? '8' : '7';
      assertThat(ApiKeyToken.read(TEXT.substring(0, at) + other + TEXT.substring(at + 1)))
          .as("changed at %d", at)
          .isEmpty();
    }
  }

  @Test
  void keepsItsSecretToItself() {
    ApiKeyToken key = ApiKeyToken.generate(ID, new SecureRandom());

    assertThat(key.toString()).startsWith(ID.toString()).doesNotContain(key.secret());
  }
}
