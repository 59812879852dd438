package dev.homing.app.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Keyboard;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import dev.homing.app.browser.Installation.Account;
import dev.homing.app.journey.ScriptedReceiver;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Without a mouse. */
class KeyboardBrowserIT {
  private final Account account = Installation.shared().newAccount();

  @AutoClose private final ScriptedReceiver receiver = ScriptedReceiver.start();
  @AutoClose private final Tab tab = Tab.of(account);

  private final Keyboard keyboard = tab.page().keyboard();

  @Test
  void theFirstStopSkipsToTheContent() {
    tab.visit("/ui/events");
    keyboard.press("Tab");
    PlaywrightAssertions.assertThat(tab.link("Skip to the content")).isFocused();
    PlaywrightAssertions.assertThat(tab.link("Skip to the content")).isInViewport();

    keyboard.press("Enter");
    keyboard.press("Tab");

    PlaywrightAssertions.assertThat(tab.link("Publish an event")).isFocused();
  }

  @Test
  void aSlashMovesToTheSearch() {
    tab.visit("/ui");
    keyboard.press("/");
    PlaywrightAssertions.assertThat(tab.field("Search by id, name or URL")).isFocused();

    keyboard.type("a/b");
    assertThat(tab.field("Search by id, name or URL").inputValue()).isEqualTo("a/b");
  }

  @Test
  void aReceiverIsRegisteredAndGetsAnEvent() {
    tab.visit("/ui/subscriptions/new");
    tab.field("URL").focus();
    keyboard.type(receiver.url());
    keyboard.press("Tab");
    keyboard.type("keys.*");
    keyboard.press("Tab");
    keyboard.type("By keyboard");
    keyboard.press("Enter");
    tab.shows("It is shown only now.");

    tab.visit("/ui/events/new").field("Event type").focus();
    keyboard.type("keys.pressed");
    keyboard.press("Tab");
    keyboard.press("Tab");
    keyboard.press("ControlOrMeta+A");
    keyboard.type("{\"pressed\":true}");
    tab.button("Publish").focus();
    keyboard.press("Space");

    tab.shows("#notice", "Published.");
    receiver.awaitReceipts(1);
  }

  /** A poll would take the element away that has the focus. */
  @Test
  void thePollLeavesTheFocusAlone() {
    tab.page().clock().install();
    String event = account.api().trigger("focus.kept");
    tab.visit("/ui/events").shows(event).link("focus.kept").focus();
    String later = account.api().trigger("focus.later");
    tab.page().clock().runFor(60_000);
    PlaywrightAssertions.assertThat(tab.link("focus.kept")).isFocused();

    tab.field("Event type").focus();
    tab.page().clock().runFor(6_000);
    tab.shows(later);
  }

  /** They are asked for again. */
  @Test
  void theNumbersLeaveTheFocusAlone() {
    tab.page().clock().install();
    String subscription = account.api().subscribed(receiver).id();
    HeldRequest numbers = HeldRequest.of(tab.page(), "[?&]numbers=");
    tab.visit("/ui/subscriptions/" + subscription).link("Edit").focus();
    numbers.release();
    tab.page().clock().runFor(60_000);
    PlaywrightAssertions.assertThat(tab.link("Edit")).isFocused();

    tab.page().locator("#search").focus();
    tab.page().clock().runFor(6_000);
    PlaywrightAssertions.assertThat(tab.page().locator(".later")).hasCount(0);
  }
}
