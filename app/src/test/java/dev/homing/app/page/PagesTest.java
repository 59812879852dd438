package dev.homing.app.page;

import static dev.homing.app.page.Browser.element;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.app.journey.Api;
import dev.homing.app.journey.RunningHoming;
import dev.homing.app.journey.ScriptedReceiver;
import dev.homing.app.journey.ScriptedReceiver.Reply;
import dev.homing.app.journey.Subscribed;
import dev.homing.app.page.EachPage.Things;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The pages in open mode: their form, and what people do with them. */
class PagesTest {
  private static final String SCRIPT = "<script>alert('x')</script>";

  /** Reverses what follows, and so would show another name. */
  private static final String REVERSED = "gpj\u202Eexe.evil";

  private static final RunningHoming HOMING = RunningHoming.apart("pages");
  private static final Api API = HOMING.api();
  private static final Browser BROWSER = Browser.of(API);
  private static final ScriptedReceiver HEALTHY = ScriptedReceiver.start();
  private static final ScriptedReceiver HOSTILE = ScriptedReceiver.start();

  private static Subscribed healthy;
  private static Subscribed hostile;
  private static String delivered;
  private static String waiting;
  private static String event;
  private static String key;
  private static String portalLink;

  @BeforeAll
  static void fill() {
    Document first = BROWSER.page("/ui");
    assertThat(first.select("h1").text()).isEqualTo("Welcome");
    assertThat(first.select(".steps li")).hasSize(3);
    assertThat(BROWSER.follow(BROWSER.submit(first, "/events/new", Map.of())).text())
        .contains("Published.", "It matched no receiver");
    assertThat(BROWSER.page("/ui/events").text()).contains("demo.hello", "no match");
    HOSTILE.answers(
        exchange -> {
          exchange.getResponseHeaders().set("Server", "<img src=x onerror=alert(1)>");
          Reply.saying(503, "{\"why\":\"" + SCRIPT + "\"}").to(exchange);
        });
    healthy = API.subscribed(HEALTHY, Map.of("description", "a warehouse"));
    Map<String, Object> more = new HashMap<>(Api.PATIENT);
    more.put("description", SCRIPT + REVERSED);
    more.put("headers", Map.of("X-Note", "\"><script>1</script>"));
    more.put("metadata", Map.of("<b>", "</dd>" + REVERSED));
    hostile = API.subscribed(HOSTILE, more);
    delivered = healthy.newDelivery("delivered");
    event =
        Api.id(
            API.send(
                    "POST",
                    "/webhooks/" + hostile.type(),
                    "{\"payload\":\"%s\"}".formatted(SCRIPT),
                    "Homing-Event-Id",
                    "order." + UUID.randomUUID())
                .expect(202));
    waiting = API.deliveryId(event);
    API.await(waiting, "retrying");
    key =
        Api.id(
            API.post("/keys", Map.of("tenant", "default", "scopes", List.of("read"))).expect(201));
    portalLink = Api.id(API.post("/portal-links", Map.of()).expect(201));
  }

  @AfterAll
  static void close() {
    HOMING.close();
    HEALTHY.close();
    HOSTILE.close();
  }

  private static Map<String, List<String>> byRoute() {
    return EachPage.of(
        new Things("default", hostile.id(), event, waiting, delivered, key, portalLink));
  }

  /** There is nothing to sign in to. */
  static List<String> all() {
    return byRoute().values().stream()
        .flatMap(List::stream)
        .filter(path -> !path.startsWith("/ui/sign-in"))
        .sorted()
        .toList();
  }

  @Test
  void eachIsListed() {
    Set<String> listed = new HashSet<>(byRoute().keySet());
    listed.addAll(EachPage.NONE);
    assertThat(HOMING.pages().stream().filter(route -> route.startsWith("GET ")))
        .containsExactlyInAnyOrderElementsOf(listed);
  }

  @ParameterizedTest
  @MethodSource("all")
  void eachIsSoundHtml(String path) {
    PageRules.assertSound(BROWSER.page(path));
  }

  @ParameterizedTest
  @MethodSource("all")
  void noneHasScriptsStylesOrHandlersInside(String path) {
    PageRules.assertNothingInline(BROWSER.page(path));
  }

  @ParameterizedTest
  @MethodSource("all")
  void eachForbidsWhatItDoesNotNeed(String path) {
    PageRules.assertGuarded(BROWSER.get(path).expect(200));
  }

  /** A link that leads nowhere is found by following each once. */
  @Test
  void everyLinkLeadsToAPage() {
    for (String path : all()) {
      for (String link : BROWSER.page(path).select("a[href^=/]").eachAttr("href")) {
        assertThat(BROWSER.get(link).status()).as("%s on %s", link, path).isEqualTo(200);
      }
    }
  }

  @Test
  void hostileTextIsShownAsText() {
    Document one = BROWSER.page("/ui/subscriptions/" + hostile.id());
    assertThat(one.text())
        .contains(SCRIPT, "gpj⟨U+202E⟩exe.evil", "\"><script>1</script>", "<b>: </dd>");

    Document delivery = BROWSER.page("/ui/deliveries/" + waiting);
    assertThat(delivery.text()).contains("server: <img src=x onerror=alert(1)>", SCRIPT);
    assertThat(delivery.select("img")).isEmpty();

    assertThat(BROWSER.page("/ui/events/" + event).text()).contains(SCRIPT);

    Document list = BROWSER.page("/ui/subscriptions");
    assertThat(list.select("tbody tr").eachText())
        .anyMatch(row -> row.contains(SCRIPT + "gpj⟨U+202E⟩exe.evil"));
    assertThat(list.select("main script")).isEmpty();
  }

  @Test
  void longAndBinaryPayloadsAreShownAsFarAsTheyCan() {
    String line = "x".repeat(200_000);
    String text = Api.id(API.post("/webhooks/" + healthy.type(), "\"" + line + "\"").expect(202));
    Document page = BROWSER.page("/ui/events/" + text);
    assertThat(page.select("pre").text()).hasSizeBetween(60_000, 70_000);
    assertThat(page.text()).contains("200,002 bytes; only the beginning is shown");
    assertThat(BROWSER.get("/ui/events/" + text + "/payload").expect(200).body()).hasSize(200_002);

    Api.Answer binary =
        API.send(
            "POST",
            "/webhooks/" + healthy.type(),
            BodyPublishers.ofByteArray(new byte[] {(byte) 0xff, 0}),
            "Content-Type",
            "application/octet-stream");
    assertThat(BROWSER.page("/ui/events/" + Api.id(binary.expect(202))).text())
        .contains("2 bytes, not text");
  }

  @Test
  void payloadIsADownload() {
    Api.Answer payload = BROWSER.get("/ui/events/" + event + "/payload").expect(200);

    assertThat(payload.header("content-disposition")).startsWith("attachment");
    assertThat(payload.header("x-content-type-options")).isEqualTo("nosniff");
    assertThat(payload.text()).isEqualTo("{\"payload\":\"%s\"}".formatted(SCRIPT));
  }

  @Test
  void aDeliveryThatWaitsSaysWhyAndWhatToDo() {
    Document page = BROWSER.page("/ui/deliveries/" + waiting);

    assertThat(page.select(".called").text()).isEqualTo("POST " + HOSTILE.url() + " at 127.0.0.1");
    assertThat(page.text())
        .contains("retrying", "Answered 503.", "Homing keeps trying; act if it lasts.")
        .contains("#1 answered 503", hostile.type());
    assertThat(page.select("details a[href=/docs/outcomes/refused]").text())
        .isEqualTo("What refused means");
    assertThat(element(page, "curl").wholeText())
        .contains(
            "curl -i '" + HOSTILE.url() + "'",
            "webhook-id: " + event,
            SCRIPT.replace("'", "'\\''"));
    assertThat(page.select("time")).isNotEmpty();
    for (Element time : page.select("time")) {
      assertThat(time.attr("title"))
          .matches("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{3} UTC");
      assertThat(time.attr("datetime")).endsWith("Z");
    }
  }

  /** Without scripts: each form is one that a browser can send. */
  @Test
  void aDeliveryIsRetriedAndCancelledByItsForms() {
    ScriptedReceiver receiver = ScriptedReceiver.start().answers(500);
    Subscribed subscribed = API.subscribed(receiver, Api.PATIENT);
    String id = subscribed.newDelivery("retrying");
    String path = "/ui/deliveries/" + id;

    Document retried = BROWSER.follow(BROWSER.submit(BROWSER.page(path), "/retry", Map.of()));
    assertThat(retried.select("#notice").text()).isEqualTo("A new round begins now.");
    await().until(() -> API.delivery(id).get("attempt_count").intValue() == 2);

    Document cancelled = BROWSER.follow(BROWSER.submit(BROWSER.page(path), "/cancel", Map.of()));
    assertThat(cancelled.text()).contains("It was cancelled.");
    JsonNode after = API.delivery(id);
    assertThat(after.get("state").stringValue()).isEqualTo("cancelled");
    assertThat(after.get("attempt_count").intValue()).isEqualTo(2);
    assertThat(cancelled.select("form[action$=/cancel]")).isEmpty();
    receiver.close();
  }

  @Test
  void whatIsNotPossibleSaysWhy() {
    ScriptedReceiver receiver = ScriptedReceiver.start().answers(500);
    Subscribed subscribed = API.subscribed(receiver, Api.PATIENT);
    String id = subscribed.newDelivery("retrying");
    Document page = BROWSER.page("/ui/deliveries/" + id);
    API.change(subscribed.id(), Map.of("enabled", false));

    Api.Answer refused = BROWSER.submit(page, "/retry", Map.of()).expect(409);
    assertThat(Browser.parsed(refused).select("#problem").text())
        .contains("The subscription is paused.");
    receiver.close();
  }

  @Test
  void aSubscriptionIsCreatedChangedPausedTestedRotatedAndDeletedByForms() {
    ScriptedReceiver receiver = ScriptedReceiver.start();
    Document empty = BROWSER.page("/ui/subscriptions/new");
    Api.Answer refused =
        BROWSER
            .submit(
                empty,
                "/new",
                Map.of("url", "ftp://x", "event_types", "a b", "retry.max_attempts", "500"))
            .expect(422);
    Document faults = Browser.parsed(refused);
    assertThat(element(faults, "url-fault").text()).isNotBlank();
    assertThat(element(faults, "retry-max-attempts-fault").text()).contains("from 1 to 100");
    assertThat(element(faults, "url").val()).isEqualTo("ftp://x");
    assertThat(element(faults, "url").attr("aria-invalid")).isEqualTo("true");

    Api.Answer created =
        BROWSER.submit(
            faults,
            "/new",
            Map.of(
                "url", receiver.url(),
                "event_types", "page.a\r\npage.b",
                "retry.max_attempts", "7",
                "retry.initial_interval", "2m",
                "no_retry_statuses", "400 422",
                "secret_headers", "X-Token: abc: def"));
    Document secret = Browser.parsed(created.expect(200));
    assertThat(element(secret, "secret").text()).startsWith("whsec_");
    String id = id(secret.select("a.primary").attr("href"));
    String path = "/ui/subscriptions/" + id;
    var stored = API.get("/subscriptions/" + id).expect(200).json();
    assertThat(stored.get("event_types").toString()).isEqualTo("[\"page.a\",\"page.b\"]");
    assertThat(stored.get("retry").toString())
        .isEqualTo("{\"max_attempts\":7,\"initial_interval\":120,\"max_interval\":null}");
    assertThat(stored.get("no_retry_statuses").toString()).isEqualTo("[400,422]");
    assertThat(stored.get("secret_headers").toString()).isEqualTo("{\"X-Token\":\"***\"}");

    Document edit = BROWSER.page(path + "/edit");
    Document saved =
        BROWSER.follow(BROWSER.submit(edit, "/edit", Map.of("description", "by hand")));
    assertThat(saved.text()).contains("Saved.", "by hand", "7 attempts", "X-Token: •••");
    var changed = API.get("/subscriptions/" + id).expect(200).json();
    assertThat(changed.get("retry")).isEqualTo(stored.get("retry"));
    assertThat(changed.get("secret_headers")).isEqualTo(stored.get("secret_headers"));
    assertThat(BROWSER.submit(edit, "/edit", Map.of("description", "too late")).expect(412).text())
        .contains("has changed since you read it");

    Document paused = BROWSER.follow(BROWSER.submit(saved, "/pause", Map.of()));
    assertThat(paused.select(".pill").text()).contains("paused");
    BROWSER.follow(BROWSER.submit(paused, "/enable", Map.of()));
    assertThat(API.get("/subscriptions/" + id).json().get("enabled").booleanValue()).isTrue();

    receiver.answers(Reply.saying(401, "{\"error\":\"unknown token\"}"));
    Document tested = Browser.parsed(BROWSER.submit(saved, "/test", Map.of()).expect(200));
    assertThat(tested.text()).contains("answered 401", "unknown token", "signing secret");
    assertThat(tested.select("a[href=/docs/outcomes/refused]")).isNotEmpty();

    Document rotated =
        Browser.parsed(
            BROWSER
                .submit(BROWSER.page(path + "/rotate"), "/rotate", Map.of("signature_scheme", "v1"))
                .expect(200));
    assertThat(element(rotated, "secret").text())
        .startsWith("whsec_")
        .isNotEqualTo(element(secret, "secret").text());

    BROWSER.follow(BROWSER.submit(BROWSER.page(path + "/delete"), "/delete", Map.of()));
    BROWSER.get(path).expect(404);
    receiver.close();
  }

  @Test
  void aSecretIsRevealedAndTheAuditLogSaysSo() {
    String path = "/ui/subscriptions/" + healthy.id();
    Document shown =
        Browser.parsed(BROWSER.submit(BROWSER.page(path), "/reveal", Map.of()).expect(200));

    assertThat(element(shown, "secret").text()).isEqualTo(ScriptedReceiver.SECRET);
    assertThat(shown.text()).contains("The audit log says that you have seen it.");
    assertThat(
            API.get("/audit?action=subscription.revealed&target=" + healthy.id())
                .expect(200)
                .json()
                .get("items"))
        .hasSize(1);
  }

  /** A browser says that it reads HTML; programs get the API's answer. */
  @Test
  void theRootLeadsBrowsersToTheDashboard() {
    Api.Answer browser =
        BROWSER.get("/", "Accept", "text/html,application/xhtml+xml,*/*;q=0.8").expect(303);

    assertThat(browser.header("location")).isEqualTo("/ui");
    assertThat(browser.header("cache-control")).contains("no-store");
    assertThat(browser.header("content-security-policy")).contains("default-src 'none'");
    assertThat(BROWSER.get("/").expect(404).header("content-type"))
        .isEqualTo("application/problem+json");
    assertThat(BROWSER.get("/", "Accept", "application/json").status()).isEqualTo(404);
    assertThat(BROWSER.post("/", Map.of(), "Accept", "text/html").status()).isEqualTo(404);
  }

  private static String id(String link) {
    Matcher id = Pattern.compile("sub_[0-9a-f-]{36}").matcher(link);
    assertThat(id.find()).isTrue();
    return id.group();
  }

  @Test
  void anEventIsPublishedByHand() {
    Document form = BROWSER.page("/ui/events/new");
    Document faults =
        Browser.parsed(
            BROWSER.submit(form, "/new", Map.of("type", "no type", "payload", "{")).expect(422));
    assertThat(element(faults, "type-fault").text()).isNotBlank();
    assertThat(element(faults, "payload-fault").text()).isEqualTo("is not valid JSON");
    assertThat(element(faults, "payload").wholeText()).isEqualTo("{");

    Document published =
        BROWSER.follow(
            BROWSER.submit(
                faults, "/new", Map.of("type", healthy.type(), "payload", "{\"by\": \"hand\"}")));
    assertThat(published.text()).contains("Published.", "\"by\": \"hand\"");
    assertThat(published.select("tbody tr")).hasSize(1);
    assertThat(
            BROWSER
                .follow(BROWSER.submit(faults, "/new", Map.of("type", "no.one", "payload", "1")))
                .text())
        .contains("It matched no subscription");
  }

  @Test
  void theSearchOpensWhatAnIdOrANameStandsFor() {
    String name = API.event(event).get("external_id").stringValue();

    assertThat(found(waiting)).isEqualTo("/ui/deliveries/" + waiting);
    assertThat(found("%20" + event + "%20")).isEqualTo("/ui/events/" + event);
    assertThat(found(hostile.id())).isEqualTo("/ui/subscriptions/" + hostile.id());
    assertThat(found(name)).isEqualTo("/ui/events/" + event);
    assertThat(found("Warehouse")).isEqualTo("/ui/subscriptions?text=Warehouse");
    assertThat(BROWSER.page("/ui/subscriptions?text=WAREHOUSE").text()).contains("a warehouse");
    assertThat(found("%0d%0aX-Injected:%20yes")).startsWith("/ui/subscriptions?text=");
  }

  private static String found(String text) {
    return BROWSER.get("/ui/search?q=" + text).expect(303).header("location");
  }

  /** A poll that shows what the browser has already costs a few bytes. */
  @Test
  void aPageIsSentAgainOnlyOnceItChanges() {
    ScriptedReceiver receiver = ScriptedReceiver.start().answers(500);
    Subscribed subscribed = API.subscribed(receiver, Api.PATIENT);
    String id = subscribed.newDelivery("retrying");
    String path = "/ui/deliveries/" + id;
    assertThat(element(BROWSER.page(path), "live").attr("hx-get")).isEqualTo(path);

    // Its workflow begins meanwhile.
    await()
        .untilAsserted(
            () ->
                assertThat(BROWSER.get(path, "Homing-Seen", digestOf(path)).expect(204).body())
                    .isEmpty());
    String digest = digestOf(path);
    API.post("/deliveries/" + id + "/cancel").expect(200);
    assertThat(Browser.parsed(BROWSER.get(path, "Homing-Seen", digest).expect(200)).text())
        .contains("cancelled");
    receiver.close();
  }

  private static String digestOf(String path) {
    String seen = element(BROWSER.page(path), "live").attr("hx-headers");
    String digest = seen.replaceAll(".*:\"(.*)\"}", "$1");
    assertThat(digest).matches("[0-9a-f]{18}");
    return digest;
  }

  @Test
  void theOverviewNamesTheWorstReceiversFirst() {
    ScriptedReceiver receiver = ScriptedReceiver.start().answers(410);
    Subscribed gone = API.subscribed(receiver, Map.of());
    gone.newDelivery("cancelled");
    await()
        .untilAsserted(
            () ->
                assertThat(BROWSER.page("/ui").select(".needs li").eachText())
                    .anyMatch(
                        need ->
                            need.contains(receiver.url().substring(7))
                                && need.startsWith("gone")
                                && need.contains("answered 410")));
    assertThat(BROWSER.page("/ui").select(".needs a[href=/docs/outcomes/gone]")).isNotEmpty();
    assertThat(
            BROWSER.page("/ui/subscriptions/" + gone.id()).select(".notice a[href]").attr("href"))
        .isEqualTo("/docs/outcomes/gone");
    List<String> tones = BROWSER.page("/ui").select(".needs .what > .pill").eachAttr("class");
    assertThat(tones).isSortedAccordingTo((one, other) -> rank(one) - rank(other));
    receiver.close();
  }

  /**
   * One that refuses everything answers, so its standing is good: it needs someone all the same.
   */
  @Test
  void theOverviewNamesReceiversThatOnlyFail() {
    ScriptedReceiver receiver = ScriptedReceiver.start().answers(401);
    Subscribed refused = API.subscribed(receiver, Api.ONCE);
    refused.newDelivery("failed");
    HOMING.ageFailures(refused, Duration.ofHours(1));

    assertThat(BROWSER.page("/ui").select(".needs li").eachText())
        .anyMatch(
            need ->
                need.contains(receiver.url().substring(7))
                    && need.startsWith("failing")
                    && need.contains("All attempts since then failed."));
    assertThat(BROWSER.page("/ui/subscriptions/" + refused.id()).select(".pill.big").text())
        .isEqualTo("failing");
    receiver.close();
  }

  private static int rank(String tone) {
    return tone.contains("bad") ? 0 : 1;
  }

  @Test
  void pagesOfListsFollowOneAnother() {
    String type = "pages." + UUID.randomUUID();
    List<String> ids = Stream.generate(() -> API.trigger(type)).limit(3).toList();

    Document first = BROWSER.page("/ui/events?limit=2&event_type=" + type);
    assertThat(first.select("tbody td.mono").eachText()).containsExactly(ids.get(2), ids.get(1));
    Document second = BROWSER.page(first.select("a[rel=next]").attr("href"));
    assertThat(second.select("tbody td.mono").eachText()).containsExactly(ids.get(0));
    assertThat(second.select("a[rel=next]")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/ui/nowhere",
        "/ui/deliveries/nonsense",
        "/ui/events/evt_01890a5d-ac96-774b-bcce-b302099a8057",
        "/ui/subscriptions?stauts=x",
        "/ui/deliveries?cursor=altered",
        "/ui?tenant=nobody",
        "/assets/nothing.js"
      })
  void faultsAreShownAsPages(String path) {
    Api.Answer answer = BROWSER.get(path);

    assertThat(answer.status()).isIn(400, 404);
    if (path.startsWith("/ui")) {
      Document page = Browser.parsed(answer);
      assertThat(page.select("h1")).hasSize(1);
      assertThat(page.select("#problem").text()).isNotBlank();
      assertThat(answer.header("content-security-policy")).contains("default-src 'none'");
    }
  }

  @Test
  void filesAreKeptForAYearUnderTheNameOfTheirContent() {
    Document page = BROWSER.page("/ui");
    List<String> files = new ArrayList<>(page.select("script").eachAttr("src"));
    files.addAll(page.select("link").eachAttr("href"));
    assertThat(files).hasSize(5);
    for (String file : files) {
      Api.Answer answer = BROWSER.get(file).expect(200);
      assertThat(file).matches("/assets/[a-z.]+\\.[0-9a-f]{12}\\.(js|css|svg)");
      assertThat(answer.header("cache-control")).isEqualTo("max-age=31536000, public, immutable");
      assertThat(answer.header("x-content-type-options")).isEqualTo("nosniff");
    }
    assertThat(files).anyMatch(file -> BROWSER.get(file).text().contains("htmx"));
  }
}
