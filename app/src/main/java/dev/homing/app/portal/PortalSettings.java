package dev.homing.app.portal;

import dev.homing.activities.Setting;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * How the pages look to customers, and which sites may show them in a frame.
 *
 * @param url the address of Homing as customers' browsers know it; empty: that of the request which
 *     creates a link ({@code HOMING_PORTAL_URL})
 * @param embed origins of sites that may show the portal in a frame, separated by commas ({@code
 *     HOMING_PORTAL_EMBED})
 * @param name shown instead of Homing's ({@code HOMING_PORTAL_NAME})
 * @param logo the URL of a picture to show beside the name; empty: none ({@code
 *     HOMING_PORTAL_LOGO})
 * @param accent the colour of links and buttons, like {@code #4257d6}; empty: Homing's ({@code
 *     HOMING_PORTAL_ACCENT})
 * @param backUrl where the portal links back to; empty: nowhere ({@code HOMING_PORTAL_BACK_URL})
 */
@ConfigurationProperties("homing.portal")
public record PortalSettings(
    String url, String embed, String name, String logo, String accent, String backUrl) {
  private static final Pattern COLOUR = Pattern.compile("#[0-9a-fA-F]{6}");

  /** Of text to its ground (WCAG 2.2, success criterion 1.4.3). */
  private static final double MIN_CONTRAST = 4.5;

  /** The brightness of the pages' light ground, #fbfbfa. */
  private static final double GROUND = 0.962;

  private static final int MAX_NAME_LENGTH = 40;

  public PortalSettings {
    check("url", url, url.isEmpty() || isOrigin(url), "an address like https://hooks.example.com");
    check(
        "embed",
        embed,
        origins(embed).allMatch(PortalSettings::isOrigin),
        "origins like https://app.example.com, separated by commas");
    check(
        "name",
        name,
        name.length() <= MAX_NAME_LENGTH,
        "at most %d characters".formatted(MAX_NAME_LENGTH));
    check("logo", logo, logo.isEmpty() || isUrl(logo), "a URL like https://cdn.example.com/a.svg");
    check(
        "accent",
        accent,
        accent.isEmpty() || (COLOUR.matcher(accent).matches() && isReadable(accent)),
        "a colour like #4257d6 that is dark enough to be read on white (4.5 to 1)");
    check(
        "back-url", backUrl, backUrl.isEmpty() || isUrl(backUrl), "a URL like https://example.com");
  }

  private static void check(String name, String value, boolean valid, String allowed) {
    if (!valid) {
      throw new Setting.Invalid("homing.portal." + name, value, allowed);
    }
  }

  private static boolean isOrigin(String text) {
    return isUrl(text) && text.matches("https?://[^/?#]+");
  }

  static boolean isUrl(String text) {
    try {
      URI uri = new URI(text);
      return uri.getScheme() != null
          && uri.getScheme().matches("https?")
          && uri.getHost() != null
          && uri.getRawUserInfo() == null
          && !text.matches(".*[;,'\"\\s].*");
    } catch (URISyntaxException wrong) {
      return false;
    }
  }

  private static Stream<String> origins(String text) {
    return Stream.of(text.split(",", -1)).map(String::strip).filter(origin -> !origin.isEmpty());
  }

  /** The sites that may show the portal in a frame. */
  public List<String> embedders() {
    return origins(embed).toList();
  }

  /** Whether any site may show the portal in a frame. */
  public boolean isFramed() {
    return !embedders().isEmpty();
  }

  /** The origin of the logo; empty if there is none. */
  public String logoOrigin() {
    return logo.isEmpty() ? "" : logo.replaceFirst("^(https?://[^/?#]+).*$", "$1");
  }

  private static boolean isReadable(String colour) {
    return (GROUND + 0.05) / (brightness(colour) + 0.05) >= MIN_CONTRAST;
  }

  /** The relative luminance (WCAG 2.2, definition). */
  private static double brightness(String colour) {
    double[] weights = {0.2126, 0.7152, 0.0722};
    return IntStream.range(0, 3)
        .mapToDouble(
            i -> weights[i] * linear(Integer.parseInt(colour, 1 + 2 * i, 3 + 2 * i, 16) / 255.0))
        .sum();
  }

  private static double linear(double part) {
    return part <= 0.04045 ? part / 12.92 : Math.pow((part + 0.055) / 1.055, 2.4);
  }
}
