package dev.homing.app.browser;

import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every page holds for it in a customer's colours, too. */
class PortalPagesBrowserIT {
  private static Tab tab;

  @BeforeAll
  static void openALink() {
    tab = Tab.open();
    tab.visit(Acme.shared().newPortalUrl()).isAt("/ui/subscriptions");
  }

  @AfterAll
  static void close() {
    tab.close();
  }

  /** All but the operators' pages, and those of links. */
  static Stream<String> all() {
    return Pages.of(Acme.shared()).entrySet().stream()
        .filter(page -> !page.getKey().matches("GET /ui/(tenants|keys|system|portal-links).*"))
        .flatMap(page -> page.getValue().stream())
        .sorted();
  }

  @ParameterizedTest
  @MethodSource("all")
  void eachIsForEveryone(String path) {
    tab.visit(path).shows(".brand", Installation.BRAND).assertSound();
  }
}
