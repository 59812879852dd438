package dev.homing.app.development;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.app.journey.Api;
import dev.homing.app.journey.RunningHoming;
import dev.homing.app.page.Browser;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What somebody sees who starts Homing from a checkout, opens the address that it prints, and
 * clicks what the pages suggest: nothing else.
 */
class NewcomerTest {
  private static final RunningHoming HOMING = RunningHoming.apart("newcomer");
  private static final Browser BROWSER = Browser.of(HOMING.api());
  private static SampleReceiver receiver;

  @BeforeAll
  static void startAsTheCheckoutDoes() {
    String firstSteps = HOMING.api().base() + "/ui/first-steps";
    receiver = SampleReceiver.start(0, SampleReceiver.SECRET, firstSteps, _ -> {});
    assertThat(
            new SampleSubscription(HOMING.api().base(), Optional.empty(), receiver.url("/ok"))
                .register())
        .isEqualTo("The sample receiver is now subscribed to demo.*.");
  }

  @AfterAll
  static void close() {
    receiver.close();
    HOMING.close();
  }

  @Test
  void seesADeliveryArriveAnotherFailAndGetsItDelivered() {
    Document welcome = BROWSER.page("/ui");
    assertThat(welcome.select("h1").text()).isEqualTo("Welcome");
    assertThat(done(welcome)).isEqualTo(1);

    Document published = BROWSER.follow(publish(welcome));
    assertThat(published.select("#notice").text()).isEqualTo("Published.");
    Document arrived = awaitSteps(page -> done(page) == 3);
    assertThat(step(arrived, 3).text()).contains("delivered", "demo.hello", "answered 200");

    Browser inbox = inboxOf(arrived);
    Document first = inbox.page("/");
    assertThat(first.select("article")).hasSize(1);
    assertThat(first.select("article").text())
        .contains("✓ signature verified", "{\"hello\":\"world\"}", "webhook-attempt: 1");
    Document switched = inbox.follow(inbox.submit(first, "/switch", Map.of("answer", "503")));
    assertThat(switched.text()).contains("It answers 503.");

    assertThat(switched.select("a").attr("href"))
        .isEqualTo(HOMING.api().base() + "/ui/first-steps");
    BROWSER.follow(publish(BROWSER.page("/ui/first-steps")));
    Document failed = awaitSteps(page -> done(page) == 4);
    assertThat(step(failed, 4).text()).contains("retrying", "answered 503");

    Document delivery = BROWSER.page(step(failed, 5).select("a").attr("href"));
    assertThat(delivery.text()).contains("Answered 503", "Homing keeps trying; act if it lasts.");
    inbox.follow(inbox.submit(inbox.page("/"), "/switch", Map.of("answer", "200")));
    BROWSER.follow(BROWSER.submit(delivery, "/retry", Map.of()));
    Document delivered = awaitSteps(page -> done(page) == 5);

    assertThat(step(delivered, 5).text()).contains("It has arrived.");
    assertThat(inbox.page("/").select("article").getFirst().text())
        .contains("✓ signature verified", "answered 200")
        .containsPattern("webhook-attempt: [2-9]");
    assertThat(BROWSER.page("/ui").select("h1").text()).isEqualTo("Overview");
  }

  private static Api.Answer publish(Document page) {
    return BROWSER.submit(page, "/ui/events/new", Map.of());
  }

  /** The page polls itself, so people see this without a click. */
  private static Document awaitSteps(Predicate<Document> condition) {
    return await().until(() -> BROWSER.page("/ui/first-steps"), condition);
  }

  private static long done(Document page) {
    return page.select(".steps li.done").size();
  }

  private static Element step(Document page, int number) {
    return page.select(".steps li").get(number - 1);
  }

  private static Browser inboxOf(Document page) {
    String address = page.select("a[target=_blank]").attr("href");
    assertThat(address).isEqualTo(receiver.url("/"));
    return Browser.of(new Api(URI.create(address.replaceFirst("/$", ""))));
  }
}
