package dev.homing.activities.secret;

import dev.homing.activities.Setting;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Under which keys secrets are kept.
 *
 * @param keys {@code id:base64,…}, each of 32 bytes; the first seals, all open ({@code
 *     HOMING_ENCRYPTION_KEYS})
 */
@ConfigurationProperties("homing.encryption")
public record EncryptionSettings(String keys) {
  private static final String ALLOWED =
      "id:base64,… with 32 bytes each, the first seals: `echo k1:$(openssl rand -base64 32)`";

  public EncryptionSettings {
    if (keys.isBlank()) {
      throw new Setting.Invalid("homing.encryption.keys", "not set", ALLOWED);
    }
    try {
      EncryptionKeys.parse(keys);
    } catch (IllegalArgumentException wrong) {
      throw new Setting.Invalid(
          "homing.encryption.keys", "wrong (" + wrong.getMessage() + ")", ALLOWED);
    }
  }

  public EncryptionKeys parsed() {
    return EncryptionKeys.parse(keys);
  }

  @Override
  public String toString() {
    return "EncryptionSettings[***]";
  }
}
