package dev.homing.app.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.app.journey.Api;
import dev.homing.app.journey.RunningHoming;
import dev.homing.app.journey.ScriptedReceiver;
import dev.homing.app.journey.Subscribed;
import dev.homing.app.page.Browser;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Many deliveries are retried and cancelled at once: those ticked, or the first that match. */
class BulkPagesTest {
  private static final RunningHoming HOMING = RunningHoming.shared();
  private static final Api API = HOMING.api();
  private static final Browser BROWSER = Browser.of(API);

  private ScriptedReceiver receiver;
  private Subscribed subscribed;

  @BeforeEach
  void start() {
    receiver = ScriptedReceiver.start().answers(500);
    subscribed = API.subscribed(receiver, Api.ONCE);
  }

  @AfterEach
  void close() {
    receiver.close();
  }

  private List<String> given(int count, String state) {
    List<String> ids = new ArrayList<>();
    for (String event : subscribed.trigger(count)) {
      String id = API.deliveryId(event);
      API.await(id, state);
      ids.add(id);
    }
    return ids;
  }

  private String listed(String state) {
    return "/ui/deliveries?state=%s&subscription_id=%s".formatted(state, subscribed.id());
  }

  private static List<String> ids(Document page) {
    return page.select("[data-tick]").eachAttr("value");
  }

  private static Document act(String action, String back, List<String> ids) {
    return act(action, back, "", ids);
  }

  private static Document act(String action, String back, String next, List<String> ids) {
    List<Map.Entry<String, String>> fields = new ArrayList<>();
    fields.add(Map.entry("next", next));
    fields.add(Map.entry("action", action));
    fields.add(Map.entry("back", back));
    ids.forEach(id -> fields.add(Map.entry("id", id)));
    return Browser.parsed(BROWSER.post("/ui/deliveries/bulk", fields).expect(200));
  }

  private static String stateOf(String id) {
    return Api.text(API.delivery(id), "state");
  }

  @Test
  void thoseTickedAreRetriedAndNoOthers() {
    List<String> failed = given(3, "failed");
    Document list = BROWSER.page(listed("failed"));
    assertThat(ids(list)).containsExactlyInAnyOrderElementsOf(failed);
    assertThat(list.select("[data-tick][checked]")).isEmpty();
    receiver.answers(200);

    Document done = act("retry", listed("failed"), failed.subList(0, 2));

    assertThat(done.select("h1").text()).isEqualTo("2 deliveries retried");
    API.await(failed.get(0), "delivered");
    API.await(failed.get(1), "delivered");
    assertThat(stateOf(failed.get(2))).isEqualTo("failed");
    assertThat(done.select("a.primary").attr("href")).isEqualTo(listed("failed"));
    assertThat(
            API.get("/audit?action=delivery.retried&target=" + failed.get(0)).json().get("items"))
        .hasSize(1);
  }

  @Test
  void thoseThatCannotSayWhy() {
    List<String> failed = given(2, "failed");
    receiver.answers(200);
    String delivered = given(1, "delivered").getFirst();
    String unknown = "dlv_01890a5d-ac96-774b-bcce-b302099a8057";

    Document done =
        act("cancel", listed("failed"), List.of(failed.get(0), failed.get(1), delivered, unknown));

    assertThat(done.select("h1").text()).isEqualTo("0 deliveries cancelled");
    assertThat(done.select(".notice.bad > p").eachText())
        .containsExactly(
            "2 not cancelled: The delivery is already failed.",
            "1 not cancelled: The delivery is already delivered.",
            "1 not cancelled: There is no delivery %s.".formatted(unknown));
  }

  /** A list moves on while a person reads it: exactly what was shown is acted on. */
  @Test
  void allThatMatchAreShownBeforeTheyAreRetried() {
    List<String> failed = given(3, "failed");
    Document list = BROWSER.page(listed("failed"));
    String link = list.select("a:contains(Retry all that match)").attr("href");

    Document ask = BROWSER.page(link);
    assertThat(ask.select("h1").text()).isEqualTo("Retry 3 deliveries?");
    assertThat(ask.text()).contains("These are all that match.");
    assertThat(ask.select("[data-tick][checked]")).hasSize(3);
    String later = given(1, "failed").getFirst();
    receiver.answers(200);

    Document done = act("retry", ask.select("[name=back]").val(), ids(ask));

    assertThat(done.select("h1").text()).isEqualTo("3 deliveries retried");
    failed.forEach(id -> API.await(id, "delivered"));
    assertThat(stateOf(later)).isEqualTo("failed");
    assertThat(ids(BROWSER.page(done.select("a.primary").attr("href")))).containsExactly(later);
  }

  @Test
  void whatWaitsIsCancelled() {
    Subscribed patient = API.subscribed(receiver, Api.PATIENT);
    List<String> waiting = Stream.generate(() -> patient.newDelivery("retrying")).limit(2).toList();
    String path = "/ui/deliveries?state=retrying&subscription_id=" + patient.id();
    Document ask =
        BROWSER.page(BROWSER.page(path).select("a:contains(Cancel all that match)").attr("href"));
    assertThat(ids(ask)).containsExactlyInAnyOrderElementsOf(waiting);

    act("cancel", path, ids(ask));

    waiting.forEach(id -> assertThat(stateOf(id)).isEqualTo("cancelled"));
    assertThat(BROWSER.page(path).text()).contains("No delivery matches these filters.");
  }

  @Test
  void moreThanAHundredAreDoneInSteps() {
    Map<String, Object> more = new HashMap<>(Api.ONCE);
    more.put("enabled", false);
    Subscribed paused = API.subscribed(receiver, more);
    paused.trigger(101);
    String path = "/ui/deliveries?state=held&subscription_id=" + paused.id();
    String ask = "/ui/deliveries/bulk?action=cancel&state=held&subscription_id=" + paused.id();
    await().until(() -> BROWSER.page(ask).text().contains("101 match."));

    Document first = BROWSER.page(ask);
    assertThat(first.select("h1").text()).isEqualTo("Cancel 100 deliveries?");
    assertThat(first.text()).contains("101 match. These are the newest 100");
    assertThat(act("cancel", path, ids(first)).select("h1").text())
        .isEqualTo("100 deliveries cancelled");
    assertThat(BROWSER.page(ask).select("h1").text()).isEqualTo("Cancel 1 delivery?");
  }

  @Test
  void nothingTickedAndTooMuchTickedAreRefused() {
    assertThat(BROWSER.post("/ui/deliveries/bulk", Map.of("action", "retry")).expect(400).text())
        .contains("Tick the deliveries first.");
    List<Map.Entry<String, String>> fields = new ArrayList<>();
    fields.add(Map.entry("action", "retry"));
    Collections.nCopies(101, Map.entry("id", "dlv_x")).forEach(fields::add);
    assertThat(BROWSER.post("/ui/deliveries/bulk", fields).expect(400).text())
        .contains("At most 100 deliveries at once.");
    BROWSER.post("/ui/deliveries/bulk", Map.of("action", "delete", "id", "dlv_x")).expect(400);
  }

  /** A retry that fails leaves its delivery in the filter: the steps go on by a cursor. */
  @Test
  void stepsMeetEachDeliveryOnceThoughItStaysInTheFilter() {
    Map<String, Object> more = new HashMap<>(Api.ONCE);
    more.put("enabled", false);
    Subscribed paused = API.subscribed(receiver, more);
    paused.trigger(101);
    String path = "/ui/deliveries?state=held&subscription_id=" + paused.id();
    String ask = "/ui/deliveries/bulk?action=retry&state=held&subscription_id=" + paused.id();
    await().until(() -> BROWSER.page(ask).text().contains("101 match."));
    Document first = BROWSER.page(ask);
    List<String> seen = new ArrayList<>(ids(first));
    Document done = act("retry", path, first.select("[name=next]").val(), ids(first));
    assertThat(done.text()).contains("100 not retried: The subscription is paused.");

    Document second = BROWSER.page(done.select("a.primary").attr("href"));

    assertThat(second.select("h1").text()).isEqualTo("Retry 1 delivery?");
    assertThat(second.text()).contains("These are the last of them.");
    seen.addAll(ids(second));
    assertThat(seen).doesNotHaveDuplicates().hasSize(101);
    assertThat(
            act("retry", path, second.select("[name=next]").val(), ids(second))
                .select("a.primary")
                .attr("href"))
        .isEqualTo(path);
  }

  @Test
  void whatWaitsIsRetriedAtOnceFromThePageOfItsSubscription() {
    Subscribed patient = API.subscribed(receiver, Api.PATIENT);
    List<String> waiting = Stream.generate(() -> patient.newDelivery("retrying")).limit(2).toList();
    Document page = BROWSER.page("/ui/subscriptions/" + patient.id());
    assertThat(page.select(".tiles div:contains(Next attempt) time.due")).hasSize(1);
    Document ask = BROWSER.page(page.select("a:contains(Retry all waiting)").attr("href"));
    assertThat(ids(ask)).containsExactlyInAnyOrderElementsOf(waiting);
    receiver.answers(200);

    assertThat(act("retry", ask.select("[name=back]").val(), ids(ask)).select("h1").text())
        .isEqualTo("2 deliveries retried");

    waiting.forEach(id -> API.await(id, "delivered"));
    Document after = BROWSER.page("/ui/subscriptions/" + patient.id());
    assertThat(after.select("a:contains(all waiting)")).isEmpty();
    assertThat(after.select(".tiles div:contains(Next attempt) time")).isEmpty();
  }

  @Test
  void whatIsHeldWaitsAsWell() {
    Subscribed patient = API.subscribed(receiver, Api.PATIENT);
    String retrying = patient.newDelivery("retrying");
    API.change(patient.id(), Map.of("enabled", false));
    String held = patient.newDelivery("held");
    Document page = BROWSER.page("/ui/subscriptions/" + patient.id());
    assertThat(page.select(".tiles div:contains(Waiting) a").getFirst().text()).isEqualTo("2");

    Document list =
        BROWSER.page(page.select(".tiles div:contains(Waiting) a").getFirst().attr("href"));
    assertThat(ids(list)).containsExactly(held, retrying);
    assertThat(list.select("a:contains(Retry all that match)")).hasSize(1);
    assertThat(page.select("a:contains(Retry all waiting)")).isEmpty();
    assertThat(ids(BROWSER.page(page.select("a:contains(Cancel all waiting)").attr("href"))))
        .containsExactly(held, retrying);
    Document first = BROWSER.page(listedWaiting(patient) + "&limit=1");
    assertThat(ids(first)).containsExactly(held);
    assertThat(ids(BROWSER.page(first.select("a[rel=next]").attr("href"))))
        .containsExactly(retrying);
  }

  private static String listedWaiting(Subscribed subscription) {
    return "/ui/deliveries?state=waiting&subscription_id=" + subscription.id();
  }

  @Test
  void allThatMatchIsOfferedInStatesInWhichItMayBeDone() {
    given(1, "failed");
    Document failed = BROWSER.page(listed("failed"));
    assertThat(failed.select("a:contains(Retry all that match)")).hasSize(1);
    assertThat(failed.select("a:contains(Cancel all that match)")).isEmpty();
    assertThat(
            BROWSER
                .page("/ui/deliveries?subscription_id=" + subscribed.id())
                .select("a:contains(all that match)"))
        .isEmpty();
  }

  @Test
  void anEventIsRetriedForAllThatGaveUp() {
    String failed = given(1, "failed").getFirst();
    String event = Api.text(API.delivery(failed), "event_id");
    Document page = BROWSER.page("/ui/events/" + event);
    receiver.answers(200);

    Document ask = BROWSER.page(page.select("a:contains(Retry the one given up)").attr("href"));
    assertThat(ids(ask)).containsExactly(failed);
    act("retry", ask.select("[name=back]").val(), ids(ask));

    API.await(failed, "delivered");
    assertThat(BROWSER.page("/ui/events/" + event).select("a:contains(given up)")).isEmpty();
  }

  @Test
  void theWayBackIsOneOfOurs() {
    String id = given(1, "failed").getFirst();
    for (String back : List.of("https://evil.example", "/ui/deliveriesx", "//evil", "")) {
      Document done = act("cancel", back, back, List.of(id));
      assertThat(done.select("a.primary").attr("href")).isEqualTo("/ui/deliveries");
    }
  }

  @Test
  void anotherTenantsDeliveriesAreUnknown() {
    RunningHoming keys = RunningHoming.withAdminKey();
    Api admin = keys.admin();
    String subscription =
        Api.id(
            admin
                .post(
                    "/subscriptions",
                    Map.of(
                        "url", "https://nowhere.invalid", "event_types", List.of("bulk.foreign")))
                .expect(201));
    String foreign = admin.deliveryId(admin.trigger("bulk.foreign"), subscription);
    admin.await(foreign, "retrying");
    String tenant = "t-" + UUID.randomUUID();
    admin.post("/tenants", Map.of("name", tenant)).expect(201);
    String key =
        Api.text(
            admin
                .post("/keys", Map.of("tenant", tenant, "scopes", List.of("read", "manage")))
                .expect(201)
                .json(),
            "key");

    Document done =
        Browser.parsed(
            Browser.signedIn(keys.api(), key)
                .post("/ui/deliveries/bulk", Map.of("action", "cancel", "id", foreign))
                .expect(200));

    assertThat(done.text()).contains("0 deliveries cancelled", "There is no delivery " + foreign);
    assertThat(Api.text(admin.delivery(foreign), "state")).isEqualTo("retrying");
  }
}
