package dev.homing.app.browser;

import dev.homing.app.browser.Installation.Account;
import dev.homing.app.journey.Api;
import dev.homing.app.journey.ScriptedReceiver;
import dev.homing.app.journey.Subscribed;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What forms answer, results and faults: no address leads there, and the same rules hold. */
class FormsBrowserIT {
  private static final String INVALID = "the server responded with a status of 422";

  private final Account account = Installation.shared().newAccount();
  private final Api api = account.api();

  @AutoClose private final ScriptedReceiver receiver = ScriptedReceiver.start();
  @AutoClose private final Tab tab = Tab.of(account);
  @AutoClose private final Tab operator = Tab.ofOperator();

  @Test
  void aKey() {
    operator.visit("/ui/keys/new").expect(INVALID);
    operator.page().locator("#key-tenant").fill("no-such-tenant");
    operator.field("Expires (UTC)").fill("2020-01-01T00:00");
    operator.button("Create the key").click();
    operator.shows("No key was created.").shows("#scopes-fault", "one or more").assertSound();

    operator.page().locator("#key-tenant").fill(account.tenant());
    operator.page().locator("[name=scope][value=read]").check();
    operator.field("Expires (UTC)").fill("2099-01-01T00:00");
    operator.button("Create the key").click();
    operator.shows("This is the key. It is shown only now.").shows("#secret", "hk_").assertSound();
  }

  @Test
  void aPortalLink() {
    operator.visit("/ui/portal-links/new").expect(INVALID);
    operator.page().locator("#link-tenant").fill("no-such-tenant");
    operator.field("Subscription").fill("nonsense");
    operator.field("Return URL").fill("javascript:alert(1)");
    operator.button("Create the link").click();
    operator
        .shows("No link was created.")
        .shows("#return-url-fault", "must be a URL")
        .assertSound();

    operator.page().locator("#link-tenant").fill(account.tenant());
    operator.field("Subscription").fill("");
    operator.field("Return URL").fill("https://app.example.com");
    operator.button("Create the link").click();
    operator.shows("It is shown only now, and opens once.").shows("#secret", "#hp_").assertSound();
  }

  @Test
  void aTenant() {
    operator.visit("/ui/tenants/new").expect(INVALID);
    operator.page().locator("#name").fill("No Name");
    operator.button("Create").click();
    operator.shows("#name-fault", "lower-case").assertSound();

    operator.page().locator("#name").fill(account.tenant() + "-more");
    operator.field("Requests").fill("0");
    operator.field("At a time").fill("501");
    operator.button("Create").click();
    operator.shows("#rate-limit-fault", "from 1 to").assertSound();
  }

  @Test
  void anEvent() {
    tab.visit("/ui/events/new").expect(INVALID);
    tab.field("Event type").fill("no type");
    tab.field("Payload").fill("{");
    tab.field("Ordering key").fill("of two words");
    tab.button("Publish").click();
    tab.shows("Nothing was published.").shows("#payload-fault", "is not valid JSON").assertSound();
  }

  @Test
  void aSubscription() {
    Subscribed subscribed = api.subscribed(receiver);
    tab.visit("/ui/subscriptions/" + subscribed.id() + "/edit").expect(INVALID);
    tab.field("URL").fill("ftp://x");
    tab.page().locator("#retry-max-attempts").fill("500");
    tab.button("Save").click();
    tab.shows("Nothing was saved.").shows("#retry-max-attempts-fault", "from 1").assertSound();
  }

  @Test
  void aSecretThatIsShownAgain() {
    Subscribed subscribed = api.subscribed(receiver);
    operator.visit("/ui/subscriptions/" + subscribed.id() + "?tenant=" + account.tenant());
    operator.button("Show the secret").click();
    operator.shows("The audit log says that you have seen it.");
    operator.shows("#secret", ScriptedReceiver.SECRET).assertSound();
  }

  @Test
  void manyDeliveriesOfWhichNoneCanBeCancelled() {
    receiver.answers(500);
    api.subscribed(receiver, Api.ONCE).newDelivery("failed");
    tab.visit("/ui/deliveries?state=failed");
    tab.field("All of them").check();
    tab.button("Cancel").click();
    tab.shows("h1", "0 deliveries cancelled").shows("1 not cancelled:");
    tab.page().locator("summary").click();
    tab.assertSound();
  }
}
