package dev.homing.app.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.FrameLocator;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.AriaRole;
import dev.homing.app.browser.Installation.Account;
import dev.homing.app.journey.Api;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What a customer does with a portal link, alone and in a frame of the company's site. */
class PortalBrowserIT {
  private static final String GONE = "the server responded with a status of 410";
  private static final String AGAIN = "https://shop.acme.example/webhooks";

  private final Installation installation = Installation.shared();
  private final Account account = installation.newAccount();

  @AutoClose private final Tab tab = Tab.open();

  private Api.Answer link(String... scopes) {
    Map<String, Object> wanted = new HashMap<>();
    wanted.put("scopes", List.of(scopes));
    wanted.put("return_url", AGAIN);
    return account.api().post("/portal-links", wanted).expect(201);
  }

  private static String url(Api.Answer link) {
    return Api.text(link.json(), "url");
  }

  private String subscription() {
    Map<String, Object> wanted = new HashMap<>();
    wanted.put("url", "http://customer.example/hook");
    wanted.put("event_types", List.of("portal.*"));
    return Api.id(account.api().post("/subscriptions", wanted).expect(201));
  }

  @Test
  void aLinkBeginsASessionWhichRevokingEnds() {
    String subscription = subscription();
    Api.Answer link = link("manage");
    tab.visit(url(link)).isAt("/ui/subscriptions").shows("customer.example");
    tab.shows(".brand", Installation.BRAND).link("customer.example/hook").click();
    tab.button("Pause").click();
    tab.shows("#notice", "Paused").shows(".pill.big", "paused");
    assertThat(
            account.api().get("/subscriptions/" + subscription).json().get("enabled").asBoolean())
        .isFalse();
    assertThat(tab.context().cookies())
        .singleElement()
        .satisfies(cookie -> assertThat(cookie.name).isEqualTo("__Host-homing-portal"));

    tab.expect("the server responded with a status of 401");
    tab.expect("Response Status Error Code 401");
    installation.homing().admin().delete("/portal-links/" + Api.id(link)).expect(204);

    tab.isAt("/portal").shows("you have been signed out").assertSound();
    tab.visit("/ui/subscriptions/" + subscription).isAt("/portal");
  }

  /** Neither the address nor the history holds what opens the link. */
  @Test
  void theTokenLeavesTheHistoryAtOnce() {
    tab.visit("/ui/sign-in");
    tab.visit(url(link("read"))).isAt("/ui/subscriptions");

    tab.page().goBack();

    tab.isAt("/ui/sign-in");
  }

  /** There only the fragment changes, and no page is loaded. */
  @Test
  void aLinkOpensFromTheDoorAndFromOneThatHasEnded() {
    String first = url(link("read"));
    tab.visit("/portal").visit(first).isAt("/ui/subscriptions");
    tab.button("Sign out").click();
    tab.isAt("/portal").visit(first).expect(GONE);
    tab.shows("This link has ended");

    tab.visit(url(link("read"))).isAt("/ui/subscriptions");
  }

  @Test
  void aLinkThatWasOpenedLeadsToWhereAnotherIsHad() {
    String url = url(link("read"));
    tab.visit(url).isAt("/ui/subscriptions");

    try (Tab second = Tab.open()) {
      second.expect(GONE);
      second.visit(url).shows("This link has ended").assertSound();
      assertThat(second.link("Get another link").getAttribute("href")).isEqualTo(AGAIN);
      assertThat(second.context().cookies()).isEmpty();
    }
    tab.visit("/ui/deliveries").shows("No delivery here");
  }

  /** The cookie is partitioned, as browsers keep no other in a frame of another site. */
  @Test
  void aFrameOfAnAllowedSiteShowsThePortalAndObeysIt() {
    String subscription = subscription();
    FrameLocator frame = tab.page().frameLocator("iframe");

    tab.page().navigate(installation.company().framing(url(link("manage"))));
    frame.getByText("customer.example").click();
    button(frame, "Pause").click();

    PlaywrightAssertions.assertThat(frame.locator("#notice")).containsText("Paused");
    assertThat(
            account.api().get("/subscriptions/" + subscription).json().get("enabled").asBoolean())
        .isFalse();
    frame.locator("a.danger").click();
    button(frame, "Delete").click();
    PlaywrightAssertions.assertThat(frame.locator("#notice")).containsText("Deleted");
    account.api().get("/subscriptions/" + subscription).expect(404);

    // In a tab of its own, the frame's cookie is not there.
    tab.visit("/ui").isAt("/ui/sign-in\\?to=%2Fui");
  }

  private static Locator button(FrameLocator frame, String name) {
    return frame.getByRole(
        AriaRole.BUTTON, new FrameLocator.GetByRoleOptions().setName(name).setExact(true));
  }

  @Test
  void aFrameOfAnotherSiteShowsNothingAndOpensNothing() {
    Api.Answer link = link("manage");
    tab.expect("frame-ancestors");
    tab.expect("ERR_BLOCKED_BY_RESPONSE");

    tab.page().navigate(new CompanySite().framing(url(link)));

    assertFrameIsRefused();
    assertThat(account.api().get("/portal-links/" + Api.id(link)).json().get("opened_at").isNull())
        .isTrue();
  }

  /** Not even where the portal may be shown: a click there could be led to it. */
  @Test
  void noFrameShowsTheSessionOfAKey() {
    tab.signIn(account.key());
    tab.expect("frame-ancestors");
    tab.expect("ERR_BLOCKED_BY_RESPONSE");

    tab.page()
        .navigate(
            installation
                .company()
                .framing(installation.homing().api().base().resolve("/ui").toString()));

    assertFrameIsRefused();
  }

  private void assertFrameIsRefused() {
    tab.page().waitForCondition(() -> tab.heard("frame-ancestors"));
    assertThat(tab.page().frameLocator("iframe").locator("header").count()).isZero();
  }
}
