package dev.homing.app.browser;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The first request of a page to a URL that matches: it is held until it is released. */
final class HeldRequest {
  private final Page page;
  private @Nullable Route route;

  private HeldRequest(Page page) {
    this.page = page;
  }

  static HeldRequest of(Page page, String url) {
    HeldRequest held = new HeldRequest(page);
    page.route(Pattern.compile(url), held::hold);
    return held;
  }

  private void hold(Route asked) {
    if (route == null) {
      route = asked;
    } else {
      asked.resume();
    }
  }

  /** Waits until the page has sent it. */
  void await() {
    page.waitForCondition(() -> route != null);
  }

  /** Waits until the page has its answer. */
  void release() {
    await();
    Route held = Objects.requireNonNull(route);
    page.waitForRequestFinished(held::resume);
  }
}
