package dev.homing.app.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.options.Cookie;
import com.microsoft.playwright.options.SameSiteAttribute;
import dev.homing.app.browser.Installation.Account;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Signing in and out, and keys that end meanwhile; over plain HTTP on the loopback. */
class SessionsBrowserIT {
  private final Account account = Installation.shared().newAccount();

  @AutoClose private final Tab tab = Tab.open();

  @Test
  void aWrongKeyIsRefused() {
    tab.expect("the server responded with a status of 401");
    tab.visit("/ui/sign-in").field("Key").fill("hk_wrong");
    tab.button("Sign in").click();

    tab.shows("This key is not valid.").assertSound();
    assertThat(tab.context().cookies()).isEmpty();
    assertThat(tab.field("Key").inputValue()).isEmpty();
  }

  @Test
  void signingInLeadsToTheWantedPage() {
    tab.visit("/ui/deliveries?state=failed").isAt("/ui/sign-in\\?to=.*");
    tab.field("Key").fill(account.key());
    tab.field("Key").press("Enter");

    tab.isAt("/ui/deliveries\\?state=failed").shows("Nothing was given up.");
    assertThat(tab.context().cookies())
        .singleElement()
        .satisfies(cookie -> assertThat(cookie.name).isEqualTo("__Host-homing"))
        .returns(true, one -> one.secure)
        .returns(true, one -> one.httpOnly)
        .extracting((Cookie one) -> one.sameSite)
        .isEqualTo(SameSiteAttribute.LAX);
    assertThat(tab.page().evaluate("() => document.cookie")).isEqualTo("");
  }

  /** No page stays in the history that could be looked at. */
  @Test
  void afterSigningOutNothingIsShownAnyMore() {
    tab.signIn(account.key()).visit("/ui/subscriptions").shows("No subscription here");

    tab.button("Sign out").click();
    tab.isAt("/ui/sign-in");
    assertThat(tab.context().cookies()).isEmpty();

    tab.page().goBack();
    tab.isAt("/ui/sign-in\\?to=.*");
  }

  @Test
  void aKeyRevokedMeanwhileAsksToSignInAndComesBack() {
    Account second = Installation.shared().newKey(account.tenant());
    tab.signIn(second.key()).visit("/ui/events").shows("No event here");
    tab.expect("the server responded with a status of 401");
    tab.expect("Response Status Error Code 401");

    Installation.shared().homing().admin().delete("/keys/" + second.keyId()).expect(204);

    tab.isAt("/ui/sign-in\\?to=%2Fui%2Fevents");
    tab.field("Key").fill(account.key());
    tab.button("Sign in").click();
    tab.isAt("/ui/events").shows("No event here");
  }

  /** Such as a link in a chat: the cookie comes along, as it is Lax. */
  @Test
  void aLinkFromAnotherSiteOpensThePage() {
    tab.signIn(account.key());
    String url = tab.page().url();
    tab.page().navigate("data:text/html,<a href='" + url + "'>alert</a>");
    tab.link("alert").click();

    tab.isAt("/ui").shows("Welcome");
  }
}
