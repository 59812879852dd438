package dev.homing.app.node;

import dev.homing.activities.Setting;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Where Homing listens; 0: on any port that is free.
 *
 * @param api for everybody who may call ({@code HOMING_PORT})
 * @param management for the inside: health and metrics ({@code HOMING_MANAGEMENT_PORT})
 */
@ConfigurationProperties("homing.ports")
public record PortSettings(int api, int management) {
  private static final int LAST = 65_535;

  public PortSettings {
    Setting.between("homing.ports.api", api, 0, LAST);
    Setting.between("homing.ports.management", management, 0, LAST);
  }
}
