package dev.homing.activities.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EncryptionKeysTest {
  private static final String KEY = Base64.getEncoder().encodeToString(new byte[32]);

  @Test
  void readsKeysInTheirOrder() {
    EncryptionKeys keys = EncryptionKeys.parse("2026-07:%s, 2025:%s".formatted(KEY, KEY));

    assertThat(keys.byId().keySet()).containsExactly("2026-07", "2025");
    assertThat(keys).hasToString("EncryptionKeys[2026-07, 2025]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|holds no key; make one with: openssl rand -base64 32",
        "' '|holds no key; make one with: openssl rand -base64 32",
        "KEY|entry 1 is not id:base64",
        "a:KEY,|entry 2 is not id:base64",
        ":KEY|entry 1: an id has 1 to 32 letters, digits, hyphens or underscores",
        "a.b:KEY|entry 1: an id has 1 to 32 letters, digits, hyphens or underscores",
        "a:KEY,a:KEY|the id a is there twice",
        "a:AAAA|the key a has 3 bytes instead of 32",
        "a:|the key a has 0 bytes instead of 32",
        "a:s3cr?t|the key a is not base64"
      })
  void namesWhatIsWrongButNoKey(String text, String reason) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EncryptionKeys.parse(text.replace("KEY", KEY)))
        .withMessage(reason)
        .withNoCause();
  }
}
