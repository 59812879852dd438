package dev.homing.app.browser;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.browser.Installation.Account;
import dev.homing.app.journey.Api;
import dev.homing.app.journey.RunningHoming;
import dev.homing.app.journey.ScriptedReceiver;
import dev.homing.app.journey.Subscribed;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** With JavaScript off, everything is done by links and forms. */
class WithoutScriptsBrowserIT {
  private final Account account = Installation.shared().newAccount();
  private final Api api = account.api();

  @AutoClose private final ScriptedReceiver receiver = ScriptedReceiver.start();

  @AutoClose
  private final Tab tab =
      Tab.open(options -> options.setJavaScriptEnabled(false)).signIn(account.key());

  @Test
  void aReceiverIsRegisteredAndGetsAnEvent() {
    tab.link("New subscription").click();
    tab.field("URL").fill(receiver.url());
    tab.field("Event types").fill("forms.*");
    tab.button("Create").click();
    tab.shows("It is shown only now.");

    tab.link("Events").click();
    tab.link("Publish an event").click();
    tab.field("Event type").fill("forms.sent");
    tab.field("Payload").fill("{\"by\": \"hand\"}");
    tab.button("Publish").click();

    tab.shows("#notice", "Published.").shows("forms.sent");
    assertThat(receiver.awaitReceipts(1).getFirst().text()).isEqualTo("{\"by\": \"hand\"}");
  }

  @Test
  void aDeliveryIsRetriedAndCancelled() {
    receiver.answers(503);
    Subscribed subscribed = api.subscribed(receiver, Api.PATIENT);
    String id = subscribed.newDelivery("retrying");
    tab.visit("/ui/deliveries/" + id).button("Retry now").click();
    tab.shows("#notice", "A new round begins now.");
    receiver.awaitReceipts(2);
    api.awaitDelivery(id, "attempt_count", 2);

    tab.button("Cancel").click();
    tab.shows("#notice", "The delivery is cancelled.").shows("It was cancelled.");
  }

  @Test
  void aSubscriptionIsPausedAndEnabled() {
    Subscribed subscribed = api.subscribed(receiver);
    tab.visit("/ui/subscriptions/" + subscribed.id()).button("Pause").click();
    tab.shows(".pill.big", "paused").button("Enable").click();
    tab.shows(".pill.big", "active");
  }

  @Test
  void operatorsChooseATenantByAButton() {
    try (Tab operator =
        Tab.open(options -> options.setJavaScriptEnabled(false)).signIn(RunningHoming.ADMIN_KEY)) {
      operator.field("Tenant").selectOption(account.tenant());
      operator.button("Go").click();
      operator.isAt("/ui\\?tenant=" + account.tenant()).shows("Welcome");
    }
  }
}
