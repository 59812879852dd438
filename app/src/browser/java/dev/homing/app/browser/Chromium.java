package dev.homing.app.browser;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType.LaunchOptions;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The browser of this JVM: the Chromium of the machine. One thread at a time may use it, and it
 * ends with the JVM.
 */
final class Chromium {
  /** A system property: the path of the browser, if it is not on {@code PATH}. */
  private static final String SETTING = "chromium";

  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");

  /** On a busy machine five seconds, its own default, are not enough. */
  static final double PATIENCE_MILLIS = 30_000;

  private static @Nullable Browser running;

  private Chromium() {}

  static synchronized Browser running() {
    Browser browser = running;
    if (browser == null) {
      browser = start();
      running = browser;
    }
    return browser;
  }

  private static Browser start() {
    String executable = executable();
    PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE_MILLIS);
    return Playwright.create(
            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")))
        .chromium()
        .launch(
            new LaunchOptions()
                .setExecutablePath(Path.of(executable))
                .setArgs(List.of("--force-color-profile=srgb", "--font-render-hinting=none")));
  }

  private static String executable() {
    String given = System.getProperty(SETTING, "");
    if (!given.isEmpty()) {
      return given;
    }
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
        .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst()
        .map(Path::toString)
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "The browser tests need Chromium, and %s is not on PATH. On Debian: apt-get install chromium. Elsewhere: -D%s=/path/to/chromium"
                        .formatted(String.join(" or ", NAMES), SETTING)));
  }
}
