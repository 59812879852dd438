package dev.homing.app.page;

import static dev.homing.app.page.Browser.element;
import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.journey.Api;
import dev.homing.app.journey.RunningHoming;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Text that would be a script or another name, to operators, tenants and their customers. */
class HostileTextTest {
  private static final String SCRIPT = "<script>alert('x')</script>";

  /** Reverses what follows, and so would show another name. */
  private static final String REVERSED = "gpj\u202Eexe.evil";

  private static final String SHOWN = SCRIPT + "gpj⟨U+202E⟩exe.evil";
  private static final RunningHoming HOMING = RunningHoming.withAdminKey();
  private static final Browser OPERATOR = Browser.signedIn(HOMING.api(), RunningHoming.ADMIN_KEY);

  private final String tenant = "t-" + UUID.randomUUID();
  private Api api = HOMING.api();
  private Browser holder = OPERATOR;

  @BeforeEach
  void newTenant() {
    HOMING.admin().post("/tenants", Map.of("name", tenant)).expect(201);
    String key = Api.text(key("").json(), "key");
    api = HOMING.api().authorized("Bearer " + key);
    holder = Browser.signedIn(HOMING.api(), key);
  }

  private Api.Answer key(String description) {
    List<String> scopes = List.of("read", "manage", "publish");
    return HOMING
        .admin()
        .post("/keys", Map.of("tenant", tenant, "scopes", scopes, "description", description))
        .expect(201);
  }

  private String linkToken(String returnUrl) {
    Map<String, Object> wanted =
        Map.of("scopes", List.of("manage"), "session", "1h", "return_url", returnUrl);
    return Api.text(api.post("/portal-links", wanted).expect(201).json(), "url")
        .replaceFirst("^.*#", "");
  }

  private static Api.Answer open(String token) {
    return Browser.of(HOMING.api()).post("/portal", Map.of("link", token));
  }

  private Browser customer() {
    Api.Answer opened = open(linkToken("https://app.example.com")).expect(303);
    return new Browser(HOMING.api(), Browser.cookieOf(opened));
  }

  /** Without an element or an attribute that the text has become. */
  private static Document sound(Document page) {
    PageRules.assertNothingInline(page);
    assertThat(page.select("main :is(script:not([src^=/assets/]), img, b.evil)")).isEmpty();
    return page;
  }

  private static void assertShown(Browser browser, String path, String text) {
    assertThat(sound(browser.page(path)).select("main").text()).as(path).contains(text);
  }

  @Test
  void inTheDescriptionOfAKey() {
    String id = Api.id(key(SCRIPT + REVERSED));

    assertShown(OPERATOR, "/ui/keys?tenant=" + tenant, SHOWN);
    assertShown(OPERATOR, "/ui/keys/" + id + "/revoke", SHOWN);
    Document refused =
        Browser.parsed(
            OPERATOR
                .post("/ui/keys/new", Map.of("tenant", tenant, "description", "\"" + SCRIPT))
                .expect(422));
    assertThat(element(sound(refused), "description").val()).isEqualTo("\"" + SCRIPT);
  }

  @Test
  void inASubscription() {
    Map<String, Object> hostile = new HashMap<>();
    hostile.put("url", "https://nowhere.invalid/?x=%3Cb%3E&y='");
    hostile.put("event_types", List.of("hostile.a"));
    hostile.put("description", SCRIPT + REVERSED);
    hostile.put("headers", Map.of("X-Note", "\">" + SCRIPT));
    hostile.put("metadata", Map.of("<b class=evil>", "</dd>" + REVERSED));
    String path = "/ui/subscriptions/" + Api.id(api.post("/subscriptions", hostile).expect(201));

    for (Browser browser : List.of(holder, customer())) {
      assertShown(browser, "/ui/subscriptions", SHOWN);
      assertShown(browser, path, SHOWN);
      assertShown(browser, path, "\">" + SCRIPT);
      assertShown(browser, path, "<b class=evil>: </dd>gpj⟨U+202E⟩exe.evil");
      assertShown(browser, path + "/delete", "nowhere.invalid/?x=%3Cb%3E&y='");
      Document form = sound(browser.page(path + "/edit"));
      assertThat(element(form, "description").val()).contains(SCRIPT);
      assertThat(element(form, "headers").wholeText()).contains("\">" + SCRIPT);
      Document refused =
          Browser.parsed(
              browser.submit(form, "/edit", Map.of("url", "\"><b class=evil>")).expect(422));
      assertThat(element(sound(refused), "url").val()).isEqualTo("\"><b class=evil>");
    }
  }

  @Test
  void inTheContentTypeAndTheOrderingKeyOfAnEvent() {
    api.post(
            "/subscriptions",
            Map.of("url", "https://nowhere.invalid", "event_types", List.of("hostile.b")))
        .expect(201);
    String type = "text/plain; x=\"" + SCRIPT + "\"";
    String event =
        Api.id(
            api.send(
                    "POST",
                    "/webhooks/hostile.b",
                    BodyPublishers.ofString(SCRIPT + REVERSED),
                    "Content-Type",
                    type,
                    "Homing-Ordering-Key",
                    SCRIPT)
                .expect(202));
    String delivery = api.deliveryId(event);
    api.await(delivery, "retrying");

    for (Browser browser : List.of(holder, customer())) {
      for (String path : List.of("/ui/events/" + event, "/ui/deliveries/" + delivery)) {
        assertShown(browser, path, "Content type " + type);
        assertShown(browser, path, "Ordering key " + SCRIPT);
        assertShown(browser, path, SHOWN);
      }
    }
    Document refused =
        Browser.parsed(
            holder
                .post(
                    "/ui/events/new",
                    Map.of(
                        "type", "\"" + SCRIPT,
                        "content_type", SCRIPT,
                        "payload", "</textarea>" + SCRIPT,
                        "ordering_key", "\"" + SCRIPT + " "))
                .expect(422));
    assertThat(element(sound(refused), "type").val()).isEqualTo("\"" + SCRIPT);
    assertThat(element(refused, "payload").wholeText()).isEqualTo("</textarea>" + SCRIPT);
    assertThat(element(refused, "ordering-key").val()).isEqualTo("\"" + SCRIPT);
  }

  @Test
  void inTheReturnUrlOfALink() {
    String url = "https://app.example.com/onclick=alert(1)?a=%22%3E&lt&quot&amp=1";
    String token = linkToken(url);
    open(token).expect(303);

    Document ended = sound(Browser.parsed(open(token).expect(410)));
    assertThat(ended.select("a.primary").attr("href")).isEqualTo(url);
    Document refused =
        Browser.parsed(
            OPERATOR
                .post(
                    "/ui/portal-links/new",
                    Map.of("tenant", tenant, "return_url", "\">" + SCRIPT, "scope", "manage"))
                .expect(422));
    assertThat(element(sound(refused), "return-url").val()).isEqualTo("\">" + SCRIPT);
  }

  /** Names of tenants and targets of changes hold no such text, but forms and filters do. */
  @Test
  void inTheNameOfATenantAndTheFiltersOfTheAuditLog() {
    Document refused =
        Browser.parsed(
            OPERATOR.post("/ui/tenants/new", Map.of("name", "\">" + SCRIPT)).expect(422));
    assertThat(element(sound(refused), "name").val()).isEqualTo("\">" + SCRIPT);

    String text = "%22%3E%3Cscript%3Ealert('x')%3C/script%3E";
    for (Browser browser : List.of(OPERATOR, holder, customer())) {
      Document log = sound(browser.page("/ui/audit?target=" + text + "&actor=" + text));
      assertThat(element(log, "target").val()).isEqualTo("\">" + SCRIPT);
      assertThat(element(log, "actor").val()).isEqualTo("\">" + SCRIPT);
    }
    Document unknown =
        Browser.parsed(OPERATOR.get("/ui/tenants/%22%3E%3Cb%20class=evil%3E").expect(404));
    assertThat(sound(unknown).select("#problem").text()).contains("\"><b class=evil>");
  }
}
