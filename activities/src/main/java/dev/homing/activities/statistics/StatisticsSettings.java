package dev.homing.activities.statistics;

import dev.homing.activities.Setting;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * How long statistics are kept.
 *
 * @param retention of the counts of an hour ({@code HOMING_STATISTICS_RETENTION})
 */
@ConfigurationProperties("homing.statistics")
public record StatisticsSettings(Duration retention) {
  private static final Duration MIN = Duration.ofDays(1);
  private static final Duration MAX = Duration.ofDays(3650);

  public StatisticsSettings {
    Setting.between("homing.statistics.retention", retention, MIN, MAX);
  }
}
