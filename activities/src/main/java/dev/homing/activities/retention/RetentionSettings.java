package dev.homing.activities.retention;

import dev.homing.activities.Setting;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * How long data is kept, counted from the end of the event's day.
 *
 * @param events retention of events, their deliveries and attempts ({@code HOMING_RETENTION})
 * @param payloads retention of payloads, at most that of events; null: the same ({@code
 *     HOMING_PAYLOAD_RETENTION})
 */
@ConfigurationProperties("homing.retention")
public record RetentionSettings(Duration events, @Nullable Duration payloads) {
  private static final Duration MIN = Duration.ofDays(1);
  private static final Duration MAX = Duration.ofDays(3650);

  public RetentionSettings {
    Setting.between("homing.retention.events", events, MIN, MAX);
    if (payloads != null) {
      Setting.between("homing.retention.payloads", payloads, MIN, events);
    }
  }

  /** How long payloads are kept. */
  public Duration ofPayloads() {
    return payloads == null ? events : payloads;
  }

  Duration of(Table table) {
    return table == Table.PAYLOADS ? ofPayloads() : events;
  }
}
