package dev.homing.activities.retention;

import dev.homing.activities.Setting;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * How long things are kept, counted from the end of the day of their event.
 *
 * @param events with their deliveries and attempts ({@code HOMING_RETENTION})
 * @param payloads at most as long; null: as long as events ({@code HOMING_PAYLOAD_RETENTION})
 */
@ConfigurationProperties("homing.retention")
public record RetentionSettings(Duration events, @Nullable Duration payloads) {
  private static final Duration SHORTEST = Duration.ofDays(1);
  private static final Duration LONGEST = Duration.ofDays(3650);

  public RetentionSettings {
    Setting.between("homing.retention.events", events, SHORTEST, LONGEST);
    if (payloads != null) {
      Setting.between("homing.retention.payloads", payloads, SHORTEST, events);
    }
  }

  Duration of(Table table) {
    return table == Table.PAYLOADS && payloads != null ? payloads : events;
  }
}
