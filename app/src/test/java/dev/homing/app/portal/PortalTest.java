package dev.homing.app.portal;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.activities.statistics.FlushCounters;
import dev.homing.app.journey.Api;
import dev.homing.app.journey.RunningHoming;
import dev.homing.app.journey.ScriptedReceiver;
import dev.homing.app.journey.Subscribed;
import dev.homing.app.page.Browser;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.node.ObjectNode;

/** Links by which customers sign in to the pages of one tenant, and what they may do there. */
class PortalTest {
  private static final String EMBEDDER = "https://app.example.com";
  private static final RunningHoming HOMING =
      RunningHoming.startAlone(
          "portal",
          Map.of(
              "HOMING_ADMIN_KEY",
              RunningHoming.ADMIN_KEY,
              "HOMING_TRUSTED_PROXIES",
              "127.0.0.1",
              "HOMING_ALLOW_DESTINATIONS",
              "127.0.0.1",
              "HOMING_PORTAL_EMBED",
              EMBEDDER,
              "HOMING_PORTAL_NAME",
              "Acme hooks",
              "HOMING_PORTAL_LOGO",
              "https://cdn.example.com/acme.svg",
              "HOMING_PORTAL_ACCENT",
              "#0a5c36",
              "HOMING_PORTAL_BACK_URL",
              "https://app.example.com/settings"));

  private static final Browser STRANGER = Browser.of(HOMING.api());
  private static final String UNKNOWN = "hp_01890a5d-ac96-774b-bcce-b302099a8057";

  @AfterAll
  static void stop() {
    HOMING.close();
  }

  private static String tenant() {
    String name = "t-" + UUID.randomUUID();
    HOMING.admin().post("/tenants", Map.of("name", name)).expect(201);
    return name;
  }

  private static Api caller(String tenant, String... scopes) {
    return HOMING
        .api()
        .authorized(
            "Bearer "
                + Api.text(
                    HOMING
                        .admin()
                        .post("/keys", Map.of("tenant", tenant, "scopes", List.of(scopes)))
                        .expect(201)
                        .json(),
                    "key"));
  }

  private static Api.Answer link(String tenant, Map<String, Object> more) {
    Map<String, Object> body = new HashMap<>(more);
    body.put("tenant", tenant);
    return HOMING.admin().post("/portal-links", body).expect(201);
  }

  /** The part of a link that opens it. */
  private static String token(Api.Answer link) {
    return Api.text(link.json(), "url").replaceFirst("^.*#", "");
  }

  private static Api.Answer open(String token, String... headers) {
    return STRANGER.post("/portal", Map.of("link", token), headers);
  }

  private static Browser customer(Api.Answer link) {
    return new Browser(HOMING.api(), Browser.cookieOf(open(token(link)).expect(303)));
  }

  private static void change(Api.Answer link, String assignment) {
    assertThat(
            HOMING
                .bean(JdbcClient.class)
                .sql("update portal_links set " + assignment + " where id = :id")
                .param("id", UUID.fromString(Api.id(link).substring(3)))
                .update())
        .isEqualTo(1);
  }

  @Test
  void aCustomerOpensALinkAndSeesThePagesOfTheTenant() {
    String name = tenant();
    caller(name, "manage")
        .post(
            "/subscriptions", Map.of("url", "https://theirs.example", "event_types", List.of("a")))
        .expect(201);
    Api.Answer link = link(name, Map.of());
    assertThat(Api.text(link.json(), "url"))
        .matches("http://127\\.0\\.0\\.1:\\d+/portal#hp_[0-9a-f-]{36}_[0-9a-f]{64}");
    assertThat(link.header("location")).isEqualTo("/portal-links/" + Api.id(link));

    Document door = STRANGER.page("/portal");
    assertThat(door.select("form#open[action=/portal] input[name=link]")).hasSize(1);
    Api.Answer opened = STRANGER.submit(door, "/portal", Map.of("link", token(link))).expect(303);

    assertThat(opened.header("location")).isEqualTo("/ui/subscriptions");
    assertThat(opened.header("set-cookie"))
        .startsWith("__Host-homing-portal=")
        .contains("; Secure", "; HttpOnly", "; SameSite=None", "; Partitioned", "Max-Age=28800")
        .doesNotContain("Domain");
    Browser customer = new Browser(HOMING.api(), Browser.cookieOf(opened));
    assertThat(customer.page("/ui/subscriptions").text()).contains("theirs.example", "Acme hooks");
  }

  @Test
  void pagesOfCustomersHaveTheNameTheLogoAndTheColour() {
    Browser customer = customer(link(tenant(), Map.of()));
    Document page = customer.page("/ui");

    assertThat(page.title()).endsWith("Acme hooks");
    assertThat(page.select(".brand").text()).isEqualTo("Acme hooks");
    assertThat(page.select(".brand img").attr("src")).isEqualTo("https://cdn.example.com/acme.svg");
    assertThat(page.select("a.back").attr("href")).isEqualTo("https://app.example.com/settings");
    assertThat(page.select("link[href=/portal/theme.css]")).hasSize(1);
    assertThat(STRANGER.get("/portal/theme.css").expect(200).text()).contains("#0a5c36");
    assertThat(Browser.signedIn(HOMING.api(), RunningHoming.ADMIN_KEY).page("/ui").text())
        .doesNotContain("Acme");
  }

  /** Clicks in a hidden frame of another site must reach nobody's session. */
  @Test
  void onlyPagesOfCustomersAppearInFramesAndOnlyOfSitesThatMayShowThem() {
    Browser customer = customer(link(tenant(), Map.of()));

    for (Api.Answer framed :
        List.of(customer.get("/ui").expect(200), STRANGER.get("/portal").expect(200))) {
      assertThat(framed.header("content-security-policy"))
          .contains("frame-ancestors " + EMBEDDER)
          .contains("img-src 'self' data: https://cdn.example.com;")
          .contains("script-src 'self';", "style-src 'self';");
      assertThat(framed.header("x-frame-options")).isEmpty();
    }
    for (Api.Answer alone :
        List.of(
            Browser.signedIn(HOMING.api(), RunningHoming.ADMIN_KEY).get("/ui").expect(200),
            STRANGER.get("/ui/sign-in").expect(200))) {
      assertThat(alone.header("content-security-policy"))
          .contains("frame-ancestors 'none'", "img-src 'self' data:;");
    }
  }

  /** PostgreSQL keeps microseconds. */
  @Test
  void aLinkIsCreatedAsItIsRead() {
    Api.Answer made = link(tenant(), Map.of());
    ObjectNode created = (ObjectNode) made.json();
    created.remove("url");
    assertThat(HOMING.admin().get("/portal-links/" + Api.id(made)).expect(200).json())
        .isEqualTo(created);
  }

  @Test
  void aLinkOpensOnce() {
    Api.Answer link = link(tenant(), Map.of("return_url", "https://app.example.com/again?x=1"));
    open(token(link)).expect(303);

    Api.Answer again = open(token(link)).expect(410);

    assertThat(again.header("set-cookie")).isEmpty();
    Document page = Browser.parsed(again);
    assertThat(page.text()).contains("This link has ended");
    assertThat(page.select("a.primary").attr("href"))
        .isEqualTo("https://app.example.com/again?x=1");
  }

  @Test
  void ofManyWhoOpenALinkAtOnceOneGetsASession() throws Exception {
    String token = token(link(tenant(), Map.of()));
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Callable<Integer> opening = () -> open(token).status();
      List<Integer> answers =
          threads.invokeAll(Collections.nCopies(8, opening)).stream()
              .map(Future::resultNow)
              .toList();

      assertThat(answers).containsOnlyOnce(303).contains(410).containsOnly(303, 410);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"expires_at = now() - interval '1 second'", "revoked_at = now()"})
  void aLinkThatHasEndedOpensNothing(String end) {
    Api.Answer link = link(tenant(), Map.of("return_url", "https://app.example.com/again"));
    change(link, end);

    assertThat(Browser.parsed(open(token(link)).expect(410)).select("a.primary").attr("href"))
        .isEqualTo("https://app.example.com/again");
  }

  /** One who guesses learns nothing, and not often. */
  @Test
  void aWrongLinkTellsNothing() {
    Api.Answer link = link(tenant(), Map.of("return_url", "https://app.example.com/secret"));
    String right = token(link);
    String wrong = right.substring(0, right.length() - 1) + (right.endsWith("0") ? "1" : "0");

    String[] from = {"X-Forwarded-For", "198.51.100.7"};
    Api.Answer refused = open(wrong, from).expect(410);
    Api.Answer unknown = open(UNKNOWN + "_" + "0".repeat(64), from).expect(410);
    assertThat(refused.text()).isEqualTo(unknown.text()).doesNotContain("secret");
    for (String nonsense : List.of("", "x", "hp_", "'; drop table portal_links")) {
      assertThat(open(nonsense, from).status()).as(nonsense).isEqualTo(410);
    }
    await()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(1))
        .until(() -> open("x", from).status() == 429);
    open(right, from).expect(303);
  }

  @Test
  void aSessionEndsWithItsTime() {
    Api.Answer link = link(tenant(), Map.of("session", "2h"));
    Api.Answer opened = open(token(link)).expect(303);
    assertThat(opened.header("set-cookie")).contains("Max-Age=7200");
    change(link, "opened_at = now() - interval '2 hours'");

    Browser customer = new Browser(HOMING.api(), Browser.cookieOf(opened));
    assertThat(customer.get("/ui").expect(303).header("location")).isEqualTo("/portal");
    assertThat(customer.get("/ui", "HX-Request", "true").expect(401).header("hx-redirect"))
        .isEqualTo("/portal");
    assertThat(customer.page("/portal").select("a.primary").attr("href"))
        .isEqualTo("https://app.example.com/settings");
  }

  @Test
  void aRevokedLinkEndsItsSession() {
    Api.Answer link = link(tenant(), Map.of());
    Browser customer = customer(link);
    customer.get("/ui").expect(200);

    HOMING.admin().delete("/portal-links/" + Api.id(link)).expect(204);
    HOMING.admin().delete("/portal-links/" + Api.id(link)).expect(204);

    assertThat(customer.get("/ui").expect(303).header("location")).isEqualTo("/portal");
    String revoked =
        Api.text(
            HOMING.admin().get("/portal-links/" + Api.id(link)).expect(200).json(), "revoked_at");
    assertThat(Instant.parse(revoked)).isBeforeOrEqualTo(Instant.now());
  }

  @Test
  void aSessionIsOfOneTenantAndNothingOfTheOperators() {
    String theirs = tenant();
    String others = tenant();
    Browser customer = customer(link(theirs, Map.of("scopes", List.of("read", "manage"))));

    customer.get("/ui?tenant=" + others).expect(403);
    assertThat(customer.page("/ui").select("#tenant, a[href*=temporal]")).isEmpty();
    for (String route : List.of("/subscriptions", "/keys", "/tenants", "/portal-links", "/stats")) {
      assertThat(customer.get(route).status()).as(route).isEqualTo(401);
    }
    customer
        .post("/ui/events/new", Map.of("type", "a", "content_type", "application/json"))
        .expect(403);
  }

  /** Of how it is sent they know nothing: they have no settings, no Temporal and no log. */
  @Test
  void noPageTellsCustomersOfTemporalOrSettings() {
    String name = tenant();
    Api api = caller(name, "manage", "publish", "read");
    String subscription =
        Api.id(
            api.post(
                    "/subscriptions",
                    Map.of("url", "https://nowhere.invalid", "event_types", List.of("a")))
                .expect(201));
    Map<String, String> deliveries = new HashMap<>();
    for (String reason : List.of("unreadable", "our_fault", "terminated", "waiting")) {
      String id = api.deliveryId(api.trigger("a"));
      api.await(id, "retrying");
      deliveries.put(reason, id);
    }
    explain(deliveries, "unreadable", "held");
    explain(deliveries, "our_fault", "held");
    explain(deliveries, "terminated", "cancelled");
    Browser customer = customer(link(name, Map.of("scopes", List.of("read", "manage", "secrets"))));

    List<String> pages = new ArrayList<>();
    for (String route : HOMING.pages()) {
      String path = route.replaceFirst("^GET ", "");
      if (path.contains("/assets/") || path.equals("/openapi.json") || !route.startsWith("GET ")) {
        continue;
      }
      if (path.contains("/events/{id}")) {
        deliveries
            .values()
            .forEach(id -> pages.add(path.replace("{id}", Api.text(api.delivery(id), "event_id"))));
      } else if (path.contains("/deliveries/{id}")) {
        deliveries.values().forEach(id -> pages.add(path.replace("{id}", id)));
      } else if (path.endsWith("/bulk")) {
        pages.add(path + "?action=retry&state=waiting");
      } else if (path.endsWith("{word}")) {
        Document all =
            customer.page(path.replace("{word}", path.contains("outc") ? "gone" : "busy"));
        pages.addAll(all.select(".links a").eachAttr("href"));
      } else {
        pages.add(path.replace("{id}", subscription).replace("{name}", name));
      }
    }
    int shown = 0;
    for (String path : pages) {
      Api.Answer page = customer.get(path);
      assertThat(page.text())
          .as(path)
          .doesNotContainIgnoringCase("temporal", "homing_", "workflow");
      shown += page.status() == 200 ? 1 : 0;
    }
    assertThat(shown).isGreaterThan(50);
    assertThat(customer.page("/ui/deliveries/" + deliveries.get("our_fault")).text())
        .contains("A fault on the sending side holds it back.");
    customer.get("/docs/problems/temporal-unavailable").expect(404);
    assertThat(
            Browser.signedIn(HOMING.api(), RunningHoming.ADMIN_KEY)
                .page("/docs/outcomes/blocked_destination")
                .text())
        .contains("HOMING_ALLOW_DESTINATIONS");
  }

  private static void explain(Map<String, String> deliveries, String reason, String state) {
    assertThat(
            HOMING
                .bean(JdbcClient.class)
                .sql(
                    """
                    update deliveries set state = :state, reason = :reason, next_attempt_at = null
                    where id = :id
                    """)
                .param("state", state)
                .param("reason", reason)
                .param("id", UUID.fromString(requireNonNull(deliveries.get(reason)).substring(4)))
                .update())
        .isEqualTo(1);
  }

  /** By another link a customer could stay after being sent away. */
  @Test
  void customersMakeNoLinks() {
    Browser customer = customer(link(tenant(), Map.of("scopes", List.of("manage", "secrets"))));

    assertThat(customer.page("/ui").select("nav a[href*=portal-links]")).isEmpty();
    customer.get("/ui/portal-links").expect(404);
    customer.get("/ui/portal-links/new").expect(404);
    customer.post("/ui/portal-links/new", Map.of("expires_in", "7d")).expect(404);
  }

  @ParameterizedTest
  @CsvSource({"read, 403, 0", "manage, 200, 1"})
  void scopesSayWhatACustomerMayDo(String scope, int status, int links) {
    Browser customer = customer(link(tenant(), Map.of("scopes", List.of(scope))));

    assertThat(customer.page("/ui/subscriptions").select(".head a[href$=/subscriptions/new]"))
        .hasSize(links);
    customer
        .post(
            "/ui/subscriptions/new", Map.of("url", "https://new.example", "event_types", "order.*"))
        .expect(status);
  }

  @ParameterizedTest
  @CsvSource({"manage, 403, 0", "secrets, 200, 1"})
  void secretsAreSeenWithTheScopeForThatOnly(String scope, int status, int shown) {
    String name = tenant();
    Api.Answer made =
        caller(name, "manage")
            .post(
                "/subscriptions",
                Map.of("url", "https://theirs.example", "event_types", List.of("a")))
            .expect(201);
    String path = "/ui/subscriptions/" + Api.id(made);
    Browser customer = customer(link(name, Map.of("scopes", List.of(scope))));

    assertThat(customer.page(path).select("form[action$=/reveal]")).hasSize(shown);
    Api.Answer asked = customer.post(path + "/reveal", Map.of()).expect(status);
    assertThat(asked.text().contains(Api.text(made.json(), "secret"))).isEqualTo(status == 200);
  }

  /** Numbers are read on connections of their own, which must know the tenant as well. */
  @Test
  void numbersAreThoseOfTheTenant() throws Exception {
    String name = tenant();
    Api api = caller(name, "read", "manage", "publish");
    try (ScriptedReceiver receiver = ScriptedReceiver.start()) {
      Subscribed subscription = api.subscribed(receiver);
      subscription.newDelivery("delivered");
      await()
          .until(
              () -> {
                HOMING.bean(FlushCounters.class).flush();
                return api.get("/stats").expect(200).json().get("total").get("attempts");
              },
              attempts -> attempts.intValue() == 1);

      Browser customer = customer(link(name, Map.of()));
      Browser other = customer(link(tenant(), Map.of()));
      String path = "/ui/subscriptions/" + subscription.id();

      for (String page : List.of("/ui?numbers=24h", path + "?numbers=24h")) {
        assertThat(customer.page(page).select("svg.bars title").text())
            .as(page)
            .contains("1 delivered");
      }
      assertThat(other.page("/ui?numbers=24h").text()).doesNotContain(receiver.url().substring(7));
      other.get(path + "?numbers=24h").expect(404);
    }
  }

  @Test
  void theAuditLogHasTheLinkAndWhatTheCustomerDid() {
    String name = tenant();
    Api.Answer link = link(name, Map.of("scopes", List.of("manage")));
    Browser customer = customer(link);
    customer
        .post("/ui/subscriptions/new", Map.of("url", "https://new.example", "event_types", "a"))
        .expect(200);
    HOMING.admin().delete("/portal-links/" + Api.id(link)).expect(204);

    String log = HOMING.admin().get("/audit?tenant=" + name).expect(200).text();
    assertThat(log)
        .contains("portal.link.created", "portal.link.opened", "portal.link.revoked")
        .contains("\"actor\":\"session:" + Api.id(link) + "\"", "subscription.created")
        .doesNotContain(token(link));
  }

  @Test
  void signingOutEndsTheSessionInTheBrowser() {
    Browser customer = customer(link(tenant(), Map.of()));

    Api.Answer out = customer.submit(customer.page("/ui"), "/sign-out", Map.of()).expect(303);

    assertThat(out.header("location")).isEqualTo("/portal");
    assertThat(requireNonNull(out.headers().get("set-cookie")))
        .anyMatch(cookie -> cookie.startsWith("__Host-homing-portal=;") && cookie.contains("=0"))
        .anyMatch(cookie -> cookie.startsWith("__Host-homing=;"));
  }

  /** Of two sessions in a browser, the one that may do less counts. */
  @Test
  void anOperatorWhoOpensALinkSeesWhatTheCustomerSees() {
    String operator = Browser.signedIn(HOMING.api(), RunningHoming.ADMIN_KEY).cookie();
    Browser both =
        new Browser(HOMING.api(), operator + "; " + customer(link(tenant(), Map.of())).cookie());

    assertThat(both.page("/ui").select(".brand").text()).isEqualTo("Acme hooks");
    both.get("/ui?tenant=default").expect(403);
  }

  @ParameterizedTest
  @ValueSource(strings = {"__Host-homing=%s", "__Host-homing-portal=%s; __Host-homing-portal=x"})
  void aSessionCountsInItsOwnCookieOnly(String cookies) {
    String session =
        customer(link(tenant(), Map.of())).cookie().replaceFirst("__Host-homing-portal=", "");

    assertThat(new Browser(HOMING.api(), cookies.formatted(session)).get("/ui").status())
        .isEqualTo(303);
  }

  @Test
  void theSessionOfAKeyIsNoneOfALink() {
    String session =
        Browser.signedIn(HOMING.api(), RunningHoming.ADMIN_KEY)
            .cookie()
            .replaceFirst("__Host-homing=", "__Host-homing-portal=");

    assertThat(new Browser(HOMING.api(), session).get("/ui").status()).isEqualTo(303);
  }

  @Test
  void formsOfOtherSitesOpenNothing() {
    String token = token(link(tenant(), Map.of()));

    open(token, "Sec-Fetch-Site", "cross-site").expect(403);
    open(token).expect(303);
  }

  @Test
  void aKeyMakesLinksOfItsOwnTenantWithScopesThatItHas() {
    String ours = tenant();
    Api manager = caller(ours, "manage", "read");

    Api.Answer made =
        manager.post("/portal-links", Map.of("scopes", List.of("manage"))).expect(201);
    assertThat(Api.text(made.json(), "tenant")).isEqualTo(ours);
    assertThat(made.text()).contains("\"scopes\":[\"read\",\"manage\"]");
    assertThat(customer(made).page("/ui/subscriptions").text()).contains("Acme hooks");

    assertThat(
            manager.post("/portal-links", Map.of("scopes", List.of("secrets"))).expect(422).text())
        .contains("cannot have secrets, which this key lacks itself");
    assertThat(manager.post("/portal-links", Map.of("tenant", tenant())).expect(422).text())
        .contains("must be the name of a tenant of this key");
    assertThat(caller(ours, "manage").post("/portal-links", Map.of()).expect(422).text())
        .contains("cannot have read, which this key lacks itself");
    caller(ours, "read").post("/portal-links", Map.of()).expect(403);
  }

  @Test
  void aKeySeesAndRevokesLinksOfItsOwnTenantOnly() {
    String ours = tenant();
    Api.Answer link = link(ours, Map.of());
    Api own = caller(ours, "manage");
    Api foreign = caller(tenant(), "manage");

    assertThat(own.get("/portal-links").expect(200).text())
        .contains(Api.id(link))
        .doesNotContain("#hp_", token(link));
    assertThat(foreign.get("/portal-links").expect(200).json().get("items")).isEmpty();
    assertThat(foreign.get("/portal-links?tenant=" + ours).expect(200).json().get("items"))
        .isEmpty();
    foreign.get("/portal-links/" + Api.id(link)).expect(404);
    foreign.delete("/portal-links/" + Api.id(link)).expect(404);
    own.delete("/portal-links/" + Api.id(link)).expect(204);
    assertThat(
            requireNonNull(
                HOMING.admin().get("/portal-links?tenant=" + ours).expect(200).json().get("items")))
        .hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"expires_in\": 0} | expires_in: must be from 1 to 604800 seconds",
        "{\"expires_in\": \"8d\"} | expires_in: must be from 1 to 604800 seconds",
        "{\"session\": \"8d\"} | session: must be from 1 to 604800 seconds",
        "{\"scopes\": [\"admin\"]} | scopes: must be some of read, manage and secrets",
        "{\"scopes\": [\"publish\"]} | scopes: must be some of read, manage and secrets",
        "{\"return_url\": \"javascript:alert(1)\"} | return_url: must be a URL",
        "{\"return_url\": \"https://a b\"} | return_url: must be a URL",
        "{\"tenant\": \"nobody\"} | tenant: must be the name of a tenant"
      })
  void aWrongRequestNamesTheField(String body, String fault) {
    assertThat(HOMING.admin().send("POST", "/portal-links", body).expect(422).text())
        .contains(fault);
  }

  @Test
  void linksThatEndedLongAgoAreDeleted() {
    String name = tenant();
    Api.Answer old = link(name, Map.of());
    change(old, "expires_at = now() - interval '31 days'");
    Api.Answer next = link(name, Map.of());

    HOMING.admin().get("/portal-links/" + Api.id(old)).expect(404);
    HOMING.admin().get("/portal-links/" + Api.id(next)).expect(200);
  }
}
