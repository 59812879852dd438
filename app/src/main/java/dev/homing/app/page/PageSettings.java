package dev.homing.app.page;

import dev.homing.activities.Setting;
import java.net.URI;
import java.net.URISyntaxException;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * What the pages link to.
 *
 * @param temporalUi the address of Temporal's Web UI, as the operators' browsers know it; empty:
 *     pages have no links to workflows ({@code HOMING_TEMPORAL_UI})
 */
@ConfigurationProperties("homing.pages")
public record PageSettings(String temporalUi) {
  public PageSettings {
    if (!temporalUi.isEmpty() && !isAddress(temporalUi)) {
      throw new Setting.Invalid(
          "homing.pages.temporal-ui",
          "wrong",
          "an address like https://temporal.example.com, without a query");
    }
  }

  private static boolean isAddress(String text) {
    try {
      URI uri = new URI(text);
      return uri.getScheme() != null
          && uri.getScheme().matches("https?")
          && uri.getHost() != null
          && uri.getRawQuery() == null
          && uri.getRawFragment() == null;
    } catch (URISyntaxException wrong) {
      return false;
    }
  }
}
