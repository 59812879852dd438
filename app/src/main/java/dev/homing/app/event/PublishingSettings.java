package dev.homing.app.event;

import dev.homing.activities.Setting;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.unit.DataSize;

/**
 * How events are accepted.
 *
 * @param maxPayload the largest request body ({@code HOMING_MAX_PAYLOAD})
 * @param startSlots workflows of events being started at once on this node, and as many of
 *     deliveries that those leave waiting ({@code HOMING_START_SLOTS})
 * @param eventsPerWorkflow the most events that share one, when all slots are taken; 1: each has
 *     its own ({@code HOMING_EVENTS_PER_WORKFLOW})
 */
@ConfigurationProperties("homing.publishing")
public record PublishingSettings(DataSize maxPayload, int startSlots, int eventsPerWorkflow) {
  private static final DataSize LARGEST = DataSize.ofMegabytes(1);

  public PublishingSettings {
    if (maxPayload.toBytes() < 1 || maxPayload.compareTo(LARGEST) > 0) {
      throw new Setting.Invalid(
          "homing.publishing.max-payload", maxPayload.toString(), "1B to 1MiB, like 256KiB");
    }
    Setting.between("homing.publishing.start-slots", startSlots, 1, 64);
    Setting.between("homing.publishing.events-per-workflow", eventsPerWorkflow, 1, 500);
  }
}
