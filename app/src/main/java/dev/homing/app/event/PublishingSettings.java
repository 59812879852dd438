package dev.homing.app.event;

import dev.homing.activities.Setting;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.unit.DataSize;

/**
 * How events are accepted.
 *
 * @param maxPayload the largest request body ({@code HOMING_MAX_PAYLOAD})
 * @param startSlots workflows being started at once on this node ({@code HOMING_START_SLOTS})
 */
@ConfigurationProperties("homing.publishing")
public record PublishingSettings(DataSize maxPayload, int startSlots) {
  private static final DataSize LARGEST = DataSize.ofMegabytes(1);

  public PublishingSettings {
    if (maxPayload.toBytes() < 1 || maxPayload.compareTo(LARGEST) > 0) {
      throw new Setting.Invalid(
          "homing.publishing.max-payload", maxPayload.toString(), "1B to 1MiB, like 256KiB");
    }
    Setting.between("homing.publishing.start-slots", startSlots, 1, 64);
  }
}
