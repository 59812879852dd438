package dev.homing.app.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.KeyboardModifier;
import dev.homing.app.browser.Installation.Account;
import dev.homing.app.journey.Api;
import dev.homing.app.journey.Receipt;
import dev.homing.app.journey.ScriptedReceiver;
import dev.homing.app.journey.ScriptedReceiver.Reply;
import dev.homing.app.journey.Subscribed;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What people come for, from the first click to the receiver. */
class JourneysBrowserIT {
  private static final String READY = "the page answers again";

  private final Account account = Installation.shared().newAccount();
  private final Api api = account.api();

  @AutoClose private final ScriptedReceiver receiver = ScriptedReceiver.start();
  @AutoClose private final Tab tab = Tab.of(account);

  @Test
  void theFirstRunLeadsToADelivery() {
    tab.shows("Welcome").assertSound();
    tab.link("New subscription").click();
    tab.field("URL").fill(receiver.url());
    tab.field("Event types").fill("demo.*");
    tab.button("Create").click();
    tab.shows("It is shown only now.").link("Overview").click();
    tab.shows("Done: " + receiver.url().substring(7)).assertSound();

    tab.button("Publish demo.hello").click();

    tab.isAt("/ui/first-steps").shows(".steps", "answered 200").assertSound();
    assertThat(receiver.awaitReceipts(1).getFirst().text()).isEqualTo("{\"hello\":\"world\"}");
    tab.link("To the overview").click();
    tab.shows("Nothing needs you");
  }

  @Test
  void aReceiverIsRegisteredAndTested() {
    tab.context().grantPermissions(List.of("clipboard-read", "clipboard-write"));
    tab.link("Subscriptions").click();
    tab.shows("No subscription here").assertSound();
    tab.link("New subscription").first().click();
    tab.field("URL").fill("ftp://x");
    tab.field("Event types").fill("order.*");
    tab.expect("the server responded with a status of 422");
    tab.button("Create").click();
    tab.shows("Correct the marked fields.").assertSound();
    assertThat(tab.field("URL").inputValue()).isEqualTo("ftp://x");

    tab.field("URL").fill(receiver.url());
    tab.button("Create").click();
    tab.shows("It is shown only now.").assertSound();
    String secret = tab.page().locator("#secret").textContent();
    tab.button("Copy").click();
    tab.shows("Copied");
    assertThat(tab.page().evaluate("() => navigator.clipboard.readText()")).isEqualTo(secret);

    tab.link("To the subscription").click();
    tab.button("Test").click();
    tab.shows("answered 200").assertSound();
    Receipt test = receiver.awaitReceipts(1).getFirst();
    assertThat(test.isSignedWith(secret)).isTrue();
  }

  @Test
  void aDeliveryIsRetriedAndArrivesWithoutReload() {
    receiver.answers(Reply.saying(503, READY));
    Subscribed subscribed = api.subscribed(receiver, Api.PATIENT);
    String id = subscribed.newDelivery("retrying");
    tab.visit("/ui/deliveries/" + id).shows("Answered 503.").shows(READY).mark();
    receiver.answers(200);

    tab.button("Retry now").click();

    tab.shows("#notice", "A new round begins now.").shows(".notice .pill", "delivered");
    assertThat(tab.isMarked()).isTrue();
    assertThat(tab.page().evaluate("() => document.activeElement.id")).isEqualTo("main");
    assertThat(tab.button("Retry now").count()).isZero();
    assertThat(tab.button("Send again").count()).isOne();
    assertThat(receiver.awaitReceipts(2)).hasSize(2);
    tab.assertSound();
  }

  @Test
  void whatWasGivenUpIsTickedAndRetried() {
    List<String> failed = givenUp();
    tab.link("Deliveries").click();
    tab.link("Given up").click();
    tab.isAt("/ui/deliveries\\?state=failed");
    PlaywrightAssertions.assertThat(tab.page().locator("[data-tick]")).hasCount(failed.size());
    tab.field("All of them").check();
    PlaywrightAssertions.assertThat(tab.page().locator("[data-tick]:checked"))
        .hasCount(failed.size());
    tab.assertSound();

    tab.button("Retry").click();

    assertRetried(failed);
  }

  @Test
  void allThatMatchAreRetried() {
    List<String> failed = givenUp();
    tab.visit("/ui/deliveries?state=failed").link("Retry all that match…").click();
    tab.shows("h1", "Retry 3 deliveries?").shows("These are all that match.").assertSound();

    tab.button("Retry the ticked ones").click();

    assertRetried(failed);
  }

  /** Three that failed, of a receiver that works again. */
  private List<String> givenUp() {
    receiver.answers(500);
    Subscribed refused = api.subscribed(receiver, Api.ONCE);
    List<String> failed = Stream.generate(() -> refused.newDelivery("failed")).limit(3).toList();
    receiver.answers(200);
    return failed;
  }

  private void assertRetried(List<String> failed) {
    tab.shows("h1", "3 deliveries retried").assertSound();
    failed.forEach(id -> api.await(id, "delivered"));
    tab.link("To the deliveries").click();
    tab.isAt("/ui/deliveries\\?state=failed").shows("Nothing was given up.");
    tab.link("Delivered").click();
    for (String id : failed) {
      PlaywrightAssertions.assertThat(
              tab.page().locator("tbody a[href='/ui/deliveries/" + id + "']"))
          .hasText("delivered");
    }
    assertThat(receiver.awaitReceipts(6)).hasSize(6);
  }

  @Test
  void whatCannotBeDoneSaysWhyWithoutReload() {
    receiver.answers(500);
    Subscribed subscribed = api.subscribed(receiver, Api.PATIENT);
    String id = subscribed.newDelivery("retrying");
    tab.visit("/ui/deliveries/" + id).shows("Answered 500.").mark();
    api.change(subscribed.id(), Map.of("enabled", false));
    tab.expect("the server responded with a status of 409");
    tab.expect("Response Status Error Code 409");

    tab.button("Retry now").click();

    tab.shows("#fault", "The subscription is paused.").assertSound();
    assertThat(tab.isMarked()).isTrue();
  }

  @Test
  void aSubscriptionIsPausedAndEnabledWithoutReload() {
    Subscribed subscribed = api.subscribed(receiver);
    tab.visit("/ui/subscriptions/" + subscribed.id()).shows("active").mark();

    tab.button("Pause").click();
    tab.shows("#notice", "Paused: new events are held back.").shows(".pill.big", "paused");
    tab.assertSound();
    subscribed.newDelivery("held");
    tab.shows(".table tbody", "held");

    tab.button("Enable").click();
    tab.shows("#notice", "Enabled: what waits is sent now.").shows(".pill.big", "active");
    tab.shows(".table tbody", "delivered");
    receiver.awaitReceipts(1);
    assertThat(tab.isMarked()).isTrue();
  }

  /** The numbers of the page must not replace the button that was pressed. */
  @Test
  void aPauseIsAnsweredWhenTheNumbersComeBeforeTheAnswer() {
    Subscribed subscribed = api.subscribed(receiver);
    HeldRequest numbers = HeldRequest.of(tab.page(), "[?&]numbers=");
    HeldRequest pause = HeldRequest.of(tab.page(), "/pause$");
    tab.visit("/ui/subscriptions/" + subscribed.id());

    tab.button("Pause").click();
    pause.await();
    numbers.release();
    pause.release();

    tab.shows("#notice", "Paused: new events are held back.").shows(".pill.big", "paused");
    PlaywrightAssertions.assertThat(tab.page().locator(".later")).hasCount(0);
  }

  @Test
  void aSubscriptionIsEditedRotatedAndDeleted() {
    Subscribed subscribed = api.subscribed(receiver);
    tab.visit("/ui/subscriptions/" + subscribed.id());
    tab.link("Edit").click();
    tab.field("Description").fill("By hand");
    tab.button("Save").click();
    tab.shows("Saved.").shows("By hand");

    tab.link("Rotate secret").click();
    tab.button("Rotate").click();
    tab.shows("Rotated").assertSound();
    assertThat(tab.page().locator("#secret").textContent()).startsWith("whsec_");

    tab.visit("/ui/subscriptions/" + subscribed.id()).link("Delete").click();
    tab.button("Delete").click();
    tab.isAt("/ui/subscriptions").shows("Deleted.").shows("No subscription here");
  }

  @Test
  void listsAreFilteredAndSearched() {
    receiver.answers(400);
    Subscribed refused = api.subscribed(receiver, Api.ONCE);
    String failed = refused.newDelivery("failed");
    String unmatched = api.trigger("search.unmatched");

    tab.link("Deliveries").click();
    tab.link("Given up").click();
    tab.isAt("/ui/deliveries\\?state=failed").shows("answered 400");
    tab.field("Event type").fill("no.such");
    tab.button("Filter").click();
    tab.shows("Nothing was given up.");
    assertThat(tab.field("Event type").inputValue()).isEqualTo("no.such");
    tab.page().goBack();
    tab.shows("answered 400");

    search(failed);
    tab.isAt("/ui/deliveries/" + failed).shows("answered 400");
    search(unmatched);
    tab.isAt("/ui/events/" + unmatched).shows("It matched no subscription");
    search(receiver.url().substring(7, 16));
    tab.isAt("/ui/subscriptions\\?text=127.0.0.1").shows(receiver.url().substring(7));
  }

  private void search(String text) {
    Locator search = tab.field("Search by id, name or URL");
    search.fill(text);
    search.press("Enter");
  }

  @Test
  void aPageShowsWhatIsNewByItself() {
    Subscribed subscribed = api.subscribed(receiver);
    tab.visit("/ui/events").shows("No event here").mark();

    String event = subscribed.trigger();

    tab.shows(event);
    assertThat(tab.isMarked()).isTrue();
  }

  /** With a clock that stands still unless the test moves it. */
  @Test
  void nothingIsAskedForWhileUpdatesArePaused() {
    tab.page().clock().install();
    tab.visit("/ui/events").shows("No event here");
    tab.page().waitForRequest("**/ui/events", () -> tab.page().clock().runFor(6_000));

    Locator pause = tab.button("Pause updates");
    pause.click();
    PlaywrightAssertions.assertThat(pause).hasAttribute("aria-pressed", "true");
    List<String> asked = new ArrayList<>();
    tab.page().onRequest(request -> asked.add(request.url()));
    tab.page().clock().runFor(60_000);
    assertThat(asked).isEmpty();

    pause.click();
    tab.page().waitForRequest("**/ui/events", () -> tab.page().clock().runFor(6_000));
  }

  /** In the time zone of the reader; UTC, exactly, as the title. */
  @Test
  void timesAreLocal() {
    Subscribed subscribed = api.subscribed(receiver);
    String delivery = subscribed.newDelivery("delivered");
    try (Tab tokyo = Tab.open(options -> options.setTimezoneId("Asia/Tokyo"))) {
      Locator time =
          tokyo
              .signIn(account.key())
              .visit("/ui/deliveries/" + delivery)
              .page()
              .locator(".line time")
              .first();
      String shown =
          (String)
              time.evaluate(
                  """
                  time => new Date(time.dateTime).toLocaleTimeString('en-GB', {timeZone: 'Asia/Tokyo'})
                  """);
      PlaywrightAssertions.assertThat(time).containsText(shown);
      assertThat(time.getAttribute("title")).endsWith(" UTC");
    }
  }

  @Test
  void operatorsSwitchTenants() {
    String event = api.trigger("tenants.own");
    try (Tab operator = Tab.ofOperator()) {
      operator.link("Events").click();
      operator.field("Tenant").selectOption(account.tenant());
      operator.isAt("/ui/events\\?tenant=" + account.tenant()).shows(event);
      operator.link("tenants.own").click();
      operator.isAt("/ui/events/" + event + "\\?tenant=" + account.tenant()).shows("tenants.own");
    }
  }

  @Test
  void aLinkOpensWhereItLeadsInANewTab() {
    String event = api.trigger("tabs.own");
    tab.visit("/ui/events");
    Page second =
        tab.context()
            .waitForPage(
                () ->
                    tab.link("tabs.own")
                        .click(
                            new Locator.ClickOptions()
                                .setModifiers(List.of(KeyboardModifier.CONTROL))));
    PlaywrightAssertions.assertThat(second.locator("main")).containsText(event);
  }
}
