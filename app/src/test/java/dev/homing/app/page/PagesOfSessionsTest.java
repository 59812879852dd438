package dev.homing.app.page;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.SoftAssertions.assertSoftly;

import dev.homing.app.journey.Api;
import dev.homing.app.journey.RunningHoming;
import dev.homing.app.page.EachPage.Things;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** All pages as each kind of session sees them, and those without one. */
class PagesOfSessionsTest {
  private static final RunningHoming HOMING = RunningHoming.withAdminKey();
  private static final String TENANT = "t-" + UUID.randomUUID();

  private static Things things = new Things(TENANT, "", "", "", "", "", "");

  /** A kind of session, and the status of each page for it. */
  private enum Session {
    NONE,
    READ,
    MANAGE,
    PUBLISH,
    SECRETS,
    ADMIN,
    CUSTOMER,
    CUSTOMER_OF_ONE_SUBSCRIPTION;

    private Browser browser() {
      return switch (this) {
        case NONE -> Browser.of(HOMING.api());
        case READ -> ofKey("read");
        case MANAGE -> ofKey("read", "manage");
        case PUBLISH -> ofKey("read", "publish");
        case SECRETS -> ofKey("read", "secrets");
        case ADMIN -> ofKey("admin");
        case CUSTOMER -> ofLink(Map.of());
        case CUSTOMER_OF_ONE_SUBSCRIPTION ->
            ofLink(Map.of("subscription_id", things.subscription()));
      };
    }

    private int status(String route, String path) {
      String needed = PageRoutesTest.SCOPES.get(route);
      if (needed == null) {
        return 200;
      }
      // Links give neither.
      boolean isOfKeys = needed.equals("admin") || needed.equals("publish");
      boolean isOfLinks = route.contains("/portal-links");
      return switch (this) {
        case NONE -> 303;
        case ADMIN -> 200;
        case READ, MANAGE, PUBLISH, SECRETS ->
            needed.equals("read") || needed.toUpperCase(Locale.ROOT).equals(name()) ? 200 : 403;
        case CUSTOMER -> isOfKeys ? 403 : isOfLinks ? 404 : 200;
        case CUSTOMER_OF_ONE_SUBSCRIPTION -> {
          if (route.equals("GET /ui/deliveries")) {
            yield path.contains("subscription_id=" + things.subscription()) ? 200 : 303;
          }
          boolean isIts = route.matches("GET /ui/(subscriptions|deliveries)/\\{id}.*");
          yield isIts ? 200 : isOfKeys ? 403 : 404;
        }
      };
    }
  }

  private static String key(String... scopes) {
    return Api.text(
        HOMING.admin().post("/keys", Map.of("tenant", TENANT, "scopes", scopes)).expect(201).json(),
        "key");
  }

  private static Browser ofKey(String... scopes) {
    return Browser.signedIn(HOMING.api(), key(scopes));
  }

  private static Api.Answer link(Map<String, Object> more) {
    Map<String, Object> wanted = new HashMap<>(more);
    wanted.put("tenant", TENANT);
    wanted.put("scopes", List.of("manage", "secrets"));
    return HOMING.admin().post("/portal-links", wanted).expect(201);
  }

  private static Browser ofLink(Map<String, Object> more) {
    String token = Api.text(link(more).json(), "url").replaceFirst("^.*#", "");
    Api.Answer opened = Browser.of(HOMING.api()).post("/portal", Map.of("link", token));
    return new Browser(HOMING.api(), Browser.cookieOf(opened.expect(303)));
  }

  @BeforeAll
  static void fill() {
    HOMING.admin().post("/tenants", Map.of("name", TENANT)).expect(201);
    String key = key("read", "manage", "publish");
    Api api = HOMING.api().authorized("Bearer " + key);
    String subscription =
        Api.id(
            api.post(
                    "/subscriptions",
                    Map.of("url", "https://nowhere.invalid", "event_types", List.of("sound.a")))
                .expect(201));
    String event = api.trigger("sound.a");
    String waiting = api.deliveryId(event);
    api.await(waiting, "retrying");
    String cancelled = api.deliveryId(api.trigger("sound.a"));
    api.await(cancelled, "retrying");
    api.post("/deliveries/" + cancelled + "/cancel").expect(200);
    things =
        new Things(
            TENANT,
            subscription,
            event,
            waiting,
            cancelled,
            key.substring(0, 39),
            Api.id(link(Map.of())));
  }

  @ParameterizedTest
  @EnumSource
  void eachIsSoundAndItsLinksLeadToOthers(Session session) {
    Browser browser = session.browser();
    Set<String> links = new TreeSet<>();
    assertSoftly(
        softly -> {
          EachPage.of(things)
              .forEach(
                  (route, paths) ->
                      paths.forEach(
                          path -> {
                            Api.Answer answer = browser.get(path);
                            softly
                                .assertThat(answer.status())
                                .as(path)
                                .isEqualTo(session.status(route, path));
                            if (answer.status() != 303) {
                              softly
                                  .assertThatCode(() -> assertRules(answer))
                                  .as(path)
                                  .doesNotThrowAnyException();
                              links.addAll(
                                  Browser.parsed(answer).select("a[href^=/]").eachAttr("href"));
                            }
                          }));
          links.forEach(
              link -> softly.assertThat(led(browser, link).status()).as(link).isEqualTo(200));
        });
    assertThat(links).contains("/docs/outcomes/refused");
  }

  /** What a link leads to, such as the door for those without a session. */
  private static Api.Answer led(Browser browser, String link) {
    Api.Answer answer = browser.get(link);
    return answer.status() == 303 ? browser.get(answer.header("location")) : answer;
  }

  private static void assertRules(Api.Answer answer) {
    Document page = Browser.parsed(answer);
    PageRules.assertSound(page);
    PageRules.assertNothingInline(page);
    PageRules.assertGuarded(answer);
    if (answer.status() != 200) {
      assertThat(requireNonNull(page.getElementById("problem")).text()).isNotBlank();
    }
  }
}
