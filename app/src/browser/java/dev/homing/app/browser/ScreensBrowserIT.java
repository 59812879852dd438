package dev.homing.app.browser;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/**
 * Pictures of pages, in {@code target/screens}. {@code -Dscreens=write} copies them to {@code
 * docs/screens}, where the documentation shows them.
 */
class ScreensBrowserIT {
  private static final int WIDTH = 1120;
  private static final int HEIGHT = 700;
  private static final int MOST_BYTES = 150 * 1024;

  private final Acme acme = Acme.shared();

  @AutoClose private final Tab tab = Tab.of(acme.account());

  @Test
  void areTaken() throws IOException {
    Path taken = Files.createDirectories(Path.of("target", "screens"));
    Path shown = root().resolve("docs").resolve("screens");
    tab.page().setViewportSize(WIDTH, HEIGHT);
    awaitNumbers("/ui");
    awaitNumbers("/ui/subscriptions/" + acme.failing());
    take("/ui", taken.resolve("overview.png"), ColorScheme.LIGHT);
    take("/ui", taken.resolve("overview-dark.png"), ColorScheme.DARK);
    take("/ui/subscriptions", taken.resolve("subscriptions.png"), ColorScheme.LIGHT);
    take(
        "/ui/subscriptions/" + acme.failing(),
        taken.resolve("subscription.png"),
        ColorScheme.LIGHT);
    take("/ui/deliveries", taken.resolve("deliveries.png"), ColorScheme.LIGHT);
    take("/ui/deliveries/" + acme.retrying(), taken.resolve("delivery.png"), ColorScheme.LIGHT);
    take("/ui/deliveries/" + acme.retrying(), taken.resolve("delivery-dark.png"), ColorScheme.DARK);
    take("/ui/events/" + acme.order(), taken.resolve("event.png"), ColorScheme.LIGHT);

    for (String name : names(taken)) {
      assertThat(taken.resolve(name))
          .satisfies(file -> assertThat(Files.size(file)).isLessThan(MOST_BYTES));
    }
    if (System.getProperty("screens", "").equals("write")) {
      for (String name : names(taken)) {
        Files.copy(
            taken.resolve(name),
            Files.createDirectories(shown).resolve(name),
            StandardCopyOption.REPLACE_EXISTING);
      }
    }
    assertThat(names(shown)).isEqualTo(names(taken));
  }

  /** Counts are written every few seconds, and the page looks for them as often. */
  private void awaitNumbers(String path) {
    PlaywrightAssertions.assertThat(tab.visit(path).page().locator(".chart"))
        .containsText(Pattern.compile("highest [1-9]"));
  }

  private void take(String path, Path file, ColorScheme scheme) {
    tab.page().emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme));
    Page page = tab.visit(path).page();
    PlaywrightAssertions.assertThat(page.locator(".later")).hasCount(0);
    page.screenshot(new Page.ScreenshotOptions().setPath(file));
  }

  private static Set<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
    }
  }

  private static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(folder.resolve(".mvn"))) {
      folder = requireNonNull(folder.getParent(), "not in a checkout");
    }
    return folder;
  }
}
