package dev.homing.app.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import dev.homing.app.browser.Installation.Account;
import dev.homing.app.journey.RunningHoming;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * A tab of a browser without a history, in which nothing is wrong: closing it fails if the console
 * got a line, a request failed, or a policy was violated, unless that was {@linkplain #expect
 * expected}.
 */
final class Tab implements AutoCloseable {
  static final int WIDE = 1280;
  static final int NARROW = 320;
  private static final int HEIGHT = 800;

  /** What WCAG 2.2 requires at the levels A and AA, as axe calls it. */
  private static final List<String> RULES =
      List.of("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa");

  private static final String AXE = "() => {" + AxeBuilder.getAxeScript() + "}";

  private static final String VIOLATIONS =
      """
      rules => axe.run({runOnly: rules, resultTypes: ['violations']})
        .then(found => found.violations.map(one => one.id + ': ' + one.help + one.nodes
          .map(node => '\\n  ' + node.target.join(' ') + '  ' + node.failureSummary).join('')))
      """;

  private final BrowserContext context;
  private final Page page;
  private final List<String> complaints = new ArrayList<>();
  private final List<String> expected = new ArrayList<>();

  private Tab(NewContextOptions options) {
    context =
        Chromium.running()
            .newContext(
                options
                    .setBaseURL(Installation.shared().homing().api().base().toString())
                    .setLocale("en-GB")
                    .setReducedMotion(ReducedMotion.REDUCE)
                    .setViewportSize(WIDE, HEIGHT));
    context.setDefaultTimeout(Chromium.PATIENCE_MILLIS);
    page = context.newPage();
    page.onConsoleMessage(line -> complain(line.type() + ": " + line.text()));
    page.onPageError(error -> complain("uncaught: " + error));
    page.onDialog(
        dialog -> {
          complain("dialog: " + dialog.message());
          dialog.dismiss();
        });
    page.onRequestFailed(
        request -> {
          // The browser itself gives up what it no longer needs, such as a poll of the last page.
          if (!request.failure().contains("ERR_ABORTED")) {
            complain("failed: " + request.url() + " " + request.failure());
          }
        });
  }

  private void complain(String complaint) {
    complaints.add(complaint);
  }

  static Tab open() {
    return open(options -> options);
  }

  static Tab open(UnaryOperator<NewContextOptions> differently) {
    return new Tab(differently.apply(new NewContextOptions().setTimezoneId("UTC")));
  }

  /** One in which a tenant's key has signed in. */
  static Tab of(Account account) {
    return open().signIn(account.key());
  }

  /** One in which the operator has signed in. */
  static Tab ofOperator() {
    return open().signIn(RunningHoming.ADMIN_KEY);
  }

  Tab signIn(String key) {
    visit("/ui/sign-in");
    field("Key").fill(key);
    button("Sign in").click();
    page.waitForURL("**/ui");
    return this;
  }

  Page page() {
    return page;
  }

  BrowserContext context() {
    return context;
  }

  Tab visit(String path) {
    page.navigate(path);
    return this;
  }

  Locator button(String name) {
    return page.getByRole(
        AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
  }

  Locator link(String name) {
    return page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName(name).setExact(true));
  }

  Locator field(String label) {
    return page.getByLabel(label, new Page.GetByLabelOptions().setExact(true));
  }

  /** Waits until the content contains this text. */
  Tab shows(String text) {
    return shows("main", text);
  }

  /** Waits until an element contains this text. */
  Tab shows(String selector, String text) {
    PlaywrightAssertions.assertThat(page.locator(selector)).containsText(text);
    return this;
  }

  /** Waits until the address is this path; a pattern. */
  Tab isAt(String path) {
    PlaywrightAssertions.assertThat(page).hasURL(Pattern.compile("^http://[^/]+" + path + "$"));
    return this;
  }

  /** Marks the document; a page that was loaded again has lost the mark. */
  void mark() {
    page.evaluate("() => { window.isMarked = true; }");
  }

  boolean isMarked() {
    return (boolean) page.evaluate("() => window.isMarked === true");
  }

  /** Complaints with this text are no fault from now on. */
  void expect(String text) {
    expected.add(text);
  }

  /** In light and dark, wide and narrow: nothing that axe finds, nothing to scroll sideways. */
  void assertSound() {
    if (!(boolean) page.evaluate("() => 'axe' in window")) {
      page.evaluate(AXE);
    }
    for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
      page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme));
      for (int width : List.of(WIDE, NARROW)) {
        page.setViewportSize(width, HEIGHT);
        String look = "%s, %s, %d px".formatted(page.url(), scheme, width);
        assertThat(sticksOut()).as("what sticks out: " + look).isEmpty();
        assertThat((List<?>) page.evaluate(VIOLATIONS, RULES)).as(look).isEmpty();
      }
    }
    page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.LIGHT));
    page.setViewportSize(WIDE, HEIGHT);
  }

  private List<?> sticksOut() {
    return (List<?>)
        page.evaluate(
            """
            () => document.documentElement.scrollWidth <= document.documentElement.clientWidth ? []
              : [...document.querySelectorAll('body *')]
                .filter(one => one.getBoundingClientRect().right > innerWidth)
                .map(one => one.outerHTML.slice(0, 120))
            """);
  }

  @Override
  public void close() {
    page.evaluate("() => 1"); // Whatever the browser said by now has arrived.
    context.close();
    complaints.removeIf(complaint -> expected.stream().anyMatch(complaint::contains));
    assertThat(complaints).as("what the browser said").isEmpty();
  }
}
