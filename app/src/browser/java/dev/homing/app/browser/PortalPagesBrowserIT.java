package dev.homing.app.browser;

import dev.homing.app.journey.Api;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
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

  /** All but the operators' pages, those of links, and the form to publish. */
  static Stream<String> all() {
    return Pages.of(Acme.shared()).entrySet().stream()
        .filter(
            page ->
                !page.getKey().matches("GET /ui/(tenants|keys|system|portal-links|events/new).*"))
        .flatMap(page -> page.getValue().stream())
        .sorted();
  }

  @ParameterizedTest
  @MethodSource("all")
  void eachIsForEveryone(String path) {
    tab.visit(path).shows(".brand", Installation.BRAND).assertSound();
  }

  /** A customer of one subscription has another bar, and fewer links. */
  @Test
  void soIsEachOfOneSubscription() {
    Acme acme = Acme.shared();
    Map<String, Object> wanted =
        Map.of("scopes", List.of("manage"), "subscription_id", acme.failing());
    String url =
        Api.text(acme.account().api().post("/portal-links", wanted).expect(201).json(), "url");
    try (Tab one = Tab.open()) {
      one.visit(url).isAt("/ui/subscriptions/" + acme.failing()).assertSound();
      one.link("Deliveries").click();
      one.isAt("/ui/deliveries\\?subscription_id=" + acme.failing()).assertSound();
      one.visit("/ui/deliveries/" + acme.retrying()).shows("Answered 503").assertSound();
      one.expect("the server responded with a status of 404");
      one.visit("/ui/subscriptions/" + acme.healthy()).shows("There is no subscription");
      one.assertSound();
      one.link("To the subscription").click();
      one.isAt("/ui/subscriptions/" + acme.failing());
    }
  }
}
