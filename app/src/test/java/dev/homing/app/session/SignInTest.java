package dev.homing.app.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.activities.secret.EncryptionKeys;
import dev.homing.app.access.AccessSettings;
import dev.homing.app.journey.Api;
import dev.homing.app.journey.RunningHoming;
import dev.homing.app.page.Browser;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Signing in to the pages with a key, and what a session may do. */
class SignInTest {
  private static final RunningHoming HOMING = RunningHoming.withAdminKey();
  private static final Api API = HOMING.api();
  private static final Random RANDOM = new Random();
  private static final Browser STRANGER = Browser.of(API);

  private static Api.Answer key(String tenant, String... scopes) {
    return HOMING
        .admin()
        .post("/keys", Map.of("tenant", tenant, "scopes", List.of(scopes)))
        .expect(201);
  }

  private static String text(Api.Answer key) {
    return Api.text(key.json(), "key");
  }

  private static String tenant() {
    String name = "t-" + UUID.randomUUID();
    HOMING.admin().post("/tenants", Map.of("name", name)).expect(201);
    return name;
  }

  @Test
  void aStrangerIsAskedToSignInAndComesBack() {
    Api.Answer asked = STRANGER.get("/ui/deliveries?state=failed").expect(303);
    assertThat(asked.header("location"))
        .isEqualTo("/ui/sign-in?to=%2Fui%2Fdeliveries%3Fstate%3Dfailed");
    Document form = STRANGER.page(asked.header("location"));

    Api.Answer signedIn =
        STRANGER.submit(form, "/sign-in", Map.of("key", RunningHoming.ADMIN_KEY)).expect(303);
    assertThat(signedIn.header("location")).isEqualTo("/ui/deliveries?state=failed");
    assertThat(signedIn.header("set-cookie"))
        .startsWith("__Host-homing=")
        .contains("; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax", "Max-Age=43200")
        .doesNotContain("Domain");
    Browser operator = new Browser(API, Browser.cookieOf(signedIn));
    assertThat(operator.page("/ui").text()).contains("Sign out", "default");
  }

  /** A poll cannot show a form: the browser goes there. */
  @Test
  void aPollOfAStrangerSendsTheBrowserToSignIn() {
    Api.Answer asked = STRANGER.get("/ui", "HX-Request", "true").expect(401);
    assertThat(asked.header("hx-redirect")).isEqualTo("/ui/sign-in?to=%2Fui");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://attacker.example",
        "//attacker.example",
        "/ui//attacker.example/../../x y",
        "/ui\\attacker.example",
        "/uix",
        "javascript:alert(1)",
        "/ui%0d%0aSet-Cookie: a=b"
      })
  void afterwardsItIsAlwaysAPageOfOurs(String to) {
    assertThat(
            STRANGER
                .post("/ui/sign-in", Map.of("key", RunningHoming.ADMIN_KEY, "to", to))
                .expect(303)
                .header("location"))
        .startsWith("/ui")
        .doesNotContain("attacker", " ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "wrong",
        "",
        "hk_01890a5d-ac96-774b-bcce-b302099a8057_0000000000000000000000000000000000000000000000000000000000000000_00000000"
      })
  void aWrongKeyIsRefusedWithoutACookie(String key) {
    Api.Answer refused = STRANGER.post("/ui/sign-in", Map.of("key", key)).expect(401);

    assertThat(Browser.parsed(refused).select(".notice[role=alert]").text())
        .isEqualTo("This key is not valid.");
    assertThat(refused.header("set-cookie")).isEmpty();
  }

  @Test
  void wrongKeysCountAsInTheApi() {
    String[] from = {
      "X-Forwarded-For", "198.18." + RANDOM.nextInt(256) + "." + RANDOM.nextInt(256)
    };
    await()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(1))
        .until(() -> STRANGER.post("/ui/sign-in", Map.of("key", "x"), from).status() == 429);

    assertThat(
            STRANGER
                .post("/ui/sign-in", Map.of("key", RunningHoming.ADMIN_KEY), from)
                .expect(303)
                .header("set-cookie"))
        .isNotBlank();
  }

  @Test
  void aKeyThatMayNotReadCannotSignIn() {
    assertThat(
            STRANGER
                .post("/ui/sign-in", Map.of("key", text(key("default", "publish", "manage"))))
                .expect(403)
                .text())
        .contains("lacks the scope read");
  }

  @Test
  void aRevokedKeyEndsItsSession() {
    Api.Answer key = key("default", "read");
    Browser reader = Browser.signedIn(API, text(key));
    reader.get("/ui").expect(200);

    HOMING.admin().delete("/keys/" + Api.id(key)).expect(204);

    assertThat(reader.get("/ui").expect(303).header("location")).startsWith("/ui/sign-in");
  }

  @Test
  void aCookieOpensNoRouteOfTheApi() {
    Browser operator = Browser.signedIn(API, RunningHoming.ADMIN_KEY);
    operator.get("/subscriptions").expect(401);
    operator.get("/keys").expect(401);
  }

  /** Otherwise a page could be made to act for whoever runs a program with a key. */
  @Test
  void aKeyInAHeaderOpensNoPage() {
    Browser.of(HOMING.admin()).get("/ui").expect(303);
  }

  @Test
  void signingOutDeletesTheCookie() {
    Browser operator = Browser.signedIn(API, RunningHoming.ADMIN_KEY);
    Api.Answer out = operator.submit(operator.page("/ui"), "/sign-out", Map.of()).expect(303);

    assertThat(out.header("set-cookie")).startsWith("__Host-homing=;").contains("Max-Age=0");
    assertThat(out.header("location")).isEqualTo("/ui/sign-in");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 5, 11, 12, 20, -1})
  void aChangedCookieIsNone(int at) {
    String cookie = Browser.signedIn(API, RunningHoming.ADMIN_KEY).cookie();
    int value = cookie.indexOf('=') + 1;
    int position = at < 0 ? cookie.length() - 2 : value + at;
    char other = cookie.charAt(position) == 'A' ? 'B' : 'A';
    String changed = cookie.substring(0, position) + other + cookie.substring(position + 1);

    new Browser(API, changed).get("/ui").expect(303);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "AAAA", "%%%", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})
  void nonsenseIsNoSession(String value) {
    new Browser(API, "__Host-homing=" + value).get("/ui").expect(303);
  }

  @Test
  void ofTwoCookiesNoneCounts() {
    String cookie = Browser.signedIn(API, RunningHoming.ADMIN_KEY).cookie();
    new Browser(API, cookie + "; __Host-homing=x").get("/ui").expect(303);
  }

  private static final EncryptionKeys KEYS = EncryptionKeys.parse(RunningHoming.ENCRYPTION_KEYS);

  private static Sessions sessions(EncryptionKeys keys, String adminKey, Duration later) {
    return new Sessions(
        keys,
        new AccessSettings(adminKey, ""),
        Clock.fixed(Instant.parse("2026-11-28T12:00:00Z").plus(later), ZoneOffset.UTC));
  }

  @Test
  void aSessionEndsAfterTwelveHours() {
    String session = sessions(KEYS, "", Duration.ZERO).begin("hk_x", Sessions.DURATION);

    assertThat(sessions(KEYS, "", Duration.ofHours(12).minusMillis(1)).name(session))
        .contains("hk_x");
    assertThat(sessions(KEYS, "", Duration.ofHours(12)).name(session)).isEmpty();
  }

  @Test
  void anotherAdminKeyEndsTheSessionsOfTheOneBefore() {
    String session =
        sessions(KEYS, "the-first-admin-key", Duration.ZERO).begin("admin_key", Sessions.DURATION);

    assertThat(sessions(KEYS, "the-first-admin-key", Duration.ZERO).name(session))
        .contains("admin_key");
    assertThat(sessions(KEYS, "the-other-admin-key", Duration.ZERO).name(session)).isEmpty();
  }

  @Test
  void everyNodeKnowsASessionWhicheverKeySealedIt() {
    String other = "k2:" + RunningHoming.ENCRYPTION_KEYS.replaceFirst("^test:d", "e");
    EncryptionKeys rotated = EncryptionKeys.parse(other + "," + RunningHoming.ENCRYPTION_KEYS);
    String session = sessions(KEYS, "", Duration.ZERO).begin("hk_x", Sessions.DURATION);

    assertThat(sessions(rotated, "", Duration.ZERO).name(session)).contains("hk_x");
    assertThat(sessions(EncryptionKeys.parse(other), "", Duration.ZERO).name(session)).isEmpty();
  }

  @Test
  void theCookieShowsNothing() {
    assertThat(
            sessions(KEYS, "an-admin-key-of-ours", Duration.ZERO)
                .begin("admin_key", Sessions.DURATION))
        .matches("[A-Za-z0-9_-]{100,300}")
        .doesNotContain("admin");
  }

  @ParameterizedTest
  @CsvSource({
    "Sec-Fetch-Site, cross-site",
    "Sec-Fetch-Site, same-site",
    "Sec-Fetch-Site, none",
    "Origin, https://attacker.example",
    "Origin, null",
    "Origin, http://localhost:1"
  })
  void formsOfOtherSitesAreRefused(String header, String value) {
    Browser operator = Browser.signedIn(API, RunningHoming.ADMIN_KEY);
    String path = "/ui/deliveries/dlv_01890a5d-ac96-774b-bcce-b302099a8057/retry";

    Api.Answer refused = operator.post(path, Map.of(), header, value).expect(403);
    assertThat(Browser.parsed(refused).text()).contains("Only Homing's own pages");
    operator.post(path, Map.of(), "Origin", API.base().toString()).expect(404);
    operator.post(path, Map.of(), "Sec-Fetch-Site", "same-origin").expect(404);
  }

  @Test
  void aFormThatDoesNotSayFromWhereItComesIsRefused() {
    Browser operator = Browser.signedIn(API, RunningHoming.ADMIN_KEY);
    API.send("POST", "/ui/sign-out", BodyPublishers.noBody(), "Cookie", operator.cookie())
        .expect(403);
  }

  @Test
  void operatorsChooseATenantAndOthersCannot() {
    String ours = tenant();
    String theirs = tenant();
    Api api = HOMING.api().authorized("Bearer " + text(key(ours, "publish", "read")));
    String event = api.trigger("a.b");
    Browser operator = Browser.signedIn(API, RunningHoming.ADMIN_KEY);

    operator.get("/ui/events/" + event).expect(404);
    Document chosen = operator.page("/ui/events/" + event + "?tenant=" + ours);
    assertThat(chosen.select("nav a").eachAttr("href")).allMatch(link -> link.contains(ours));
    assertThat(chosen.select("#tenant option[selected]").val()).isEqualTo(ours);
    operator.get("/ui?tenant=nobody").expect(404);

    Browser reader = Browser.signedIn(API, text(key(ours, "read")));
    reader.get("/ui/events/" + event).expect(200);
    reader.get("/ui/events/" + event + "?tenant=" + ours).expect(200);
    reader.get("/ui?tenant=" + theirs).expect(403);
    assertThat(reader.page("/ui").select("#tenant")).isEmpty();
  }

  @Test
  void theAuditLogNamesTheSession() {
    String name = tenant();
    Api.Answer key = key(name, "read", "manage");
    Browser manager = Browser.signedIn(API, text(key));
    manager
        .submit(
            manager.page("/ui/subscriptions/new"),
            "/new",
            Map.of("url", "https://example.com", "event_types", "a"))
        .expect(200);

    assertThat(HOMING.admin().get("/audit?tenant=" + name).expect(200).text())
        .contains("\"actor\":\"session:" + Api.id(key) + "\"", "subscription.created");
  }
}
