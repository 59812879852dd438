package dev.homing.app.node;

import dev.homing.activities.Setting;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Settings for starting workflows.
 *
 * @param startSlots event workflows that this node starts at once, and as many workflows of
 *     deliveries that those leave waiting ({@code HOMING_START_SLOTS})
 * @param eventsPerWorkflow the most events that share a workflow while all slots are taken; 1: each
 *     event has its own ({@code HOMING_EVENTS_PER_WORKFLOW})
 */
@ConfigurationProperties("homing.publishing")
public record DispatchSettings(int startSlots, int eventsPerWorkflow) {
  public DispatchSettings {
    Setting.between("homing.publishing.start-slots", startSlots, 1, 64);
    Setting.between("homing.publishing.events-per-workflow", eventsPerWorkflow, 1, 500);
  }
}
