package dev.homing.app.http;

import dev.homing.activities.Setting;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.unit.DataSize;

/**
 * How large a request may be.
 *
 * @param maxPayload the largest request body ({@code HOMING_MAX_PAYLOAD})
 */
@ConfigurationProperties("homing.publishing")
public record PayloadSettings(DataSize maxPayload) {
  private static final DataSize LARGEST = DataSize.ofMegabytes(1);

  public PayloadSettings {
    if (maxPayload.toBytes() < 1 || maxPayload.compareTo(LARGEST) > 0) {
      throw new Setting.Invalid(
          "homing.publishing.max-payload", maxPayload.toString(), "1B to 1MiB, like 256KiB");
    }
  }
}
