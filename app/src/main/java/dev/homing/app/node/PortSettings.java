package dev.homing.app.node;

import dev.homing.activities.Setting;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Ports that Homing listens on; 0: any free port.
 *
 * @param api for callers of the API ({@code HOMING_PORT})
 * @param management for internal use: health and metrics ({@code HOMING_MANAGEMENT_PORT})
 */
@ConfigurationProperties("homing.ports")
public record PortSettings(int api, int management) {
  private static final int MAX_PORT = 65_535;

  public PortSettings {
    Setting.between("homing.ports.api", api, 0, MAX_PORT);
    Setting.between("homing.ports.management", management, 0, MAX_PORT);
  }
}
