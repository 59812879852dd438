package dev.homing.app.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.assertions.PlaywrightAssertions;
import dev.homing.app.page.EachPage;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for every page: WCAG 2.2 AA, 320 pixels, a quiet console, and the keyboard. */
class PagesBrowserIT {
  private static Tab tab;

  @BeforeAll
  static void signIn() {
    tab = Tab.ofOperator();
  }

  @AfterAll
  static void close() {
    tab.close();
  }

  static Stream<String> all() {
    return Pages.of(Acme.shared()).values().stream().flatMap(List::stream).sorted();
  }

  @Test
  void eachIsListed() {
    Set<String> listed = new HashSet<>(Pages.of(Acme.shared()).keySet());
    listed.addAll(EachPage.NONE);
    assertThat(
            Installation.shared().homing().pages().stream()
                .filter(route -> route.startsWith("GET ")))
        .containsExactlyInAnyOrderElementsOf(listed);
  }

  @ParameterizedTest
  @MethodSource("all")
  void eachIsForEveryone(String path) {
    tab.visit(path).assertSound();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/ui/nowhere", "/ui/deliveries?cursor=altered", "/ui?tenant=nobody"})
  void soAreFaults(String path) {
    tab.expect("the server responded with a status of 40");
    tab.visit(path).assertSound();
  }

  private static final String FORGET =
      """
      () => {
        window.stops = [];
        document.activeElement.blur();
        getSelection().setPosition(document.body, 0);
      }
      """;

  /** What is wrong with the element that has the focus; null once that is none, or a former one. */
  private static final String STOP =
      """
      () => {
        const one = document.activeElement, last = window.stops.at(-1);
        if (one === document.body || (one !== last && window.stops.includes(one))) return null;
        window.stops.push(one);
        const style = getComputedStyle(one), box = one.getBoundingClientRect();
        const top = document.elementFromPoint(box.x + box.width / 2,
          Math.min(box.y + box.height / 2, innerHeight - 1));
        const faults = [];
        if (last && one !== last
          && !(last.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING)) faults.push('out of order');
        if (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2) faults.push('not outlined');
        if (!one.contains(top) && !top?.contains(one)) faults.push('covered');
        return faults.map(fault => fault + ': ' + one.outerHTML.slice(0, 160));
      }
      """;

  private static final String MISSED =
      """
      () => [...document.querySelectorAll('a[href], button, input, select, textarea, summary')]
        .filter(one => one.checkVisibility() && one.type !== 'hidden' && !window.stops.includes(one))
        .map(one => one.outerHTML.slice(0, 160))
      """;

  /** With Tab alone: in the order of the page, and it is always visible where one is. */
  @ParameterizedTest
  @MethodSource("all")
  void eachIsReachedByTheKeyboard(String path) {
    tab.visit(path);
    // The numbers bring links of their own.
    PlaywrightAssertions.assertThat(tab.page().locator(".later")).hasCount(0);
    tab.page().evaluate(FORGET);
    for (int stops = 0; stops < 300; stops++) {
      tab.page().keyboard().press("Tab");
      Object found = tab.page().evaluate(STOP);
      if (found == null) {
        break;
      }
      assertThat((List<?>) found).isEmpty();
    }
    assertThat((List<?>) tab.page().evaluate(MISSED)).isEmpty();
  }
}
