package dev.homing.app.portal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.journey.Api;
import dev.homing.app.journey.RunningHoming;
import dev.homing.app.page.Browser;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Portal links for one subscription: nothing else of the tenant exists for who comes by one. */
class OneSubscriptionTest {
  private static final RunningHoming HOMING = RunningHoming.withAdminKey();
  private static final String UNKNOWN = "01890a5d-ac96-774b-bcce-b302099a8057";

  /** What such a customer has, with the ids of its own subscription and delivery. */
  private static final Set<String> ITS_OWN =
      Set.of(
          "GET /ui/subscriptions/{id}",
          "GET /ui/subscriptions/{id}/edit",
          "POST /ui/subscriptions/{id}/edit",
          "POST /ui/subscriptions/{id}/pause",
          "POST /ui/subscriptions/{id}/enable",
          "POST /ui/subscriptions/{id}/test",
          "GET /ui/subscriptions/{id}/rotate",
          "POST /ui/subscriptions/{id}/rotate",
          "POST /ui/subscriptions/{id}/reveal",
          "GET /ui/subscriptions/{id}/delete",
          "POST /ui/subscriptions/{id}/delete",
          "GET /ui/deliveries/{id}",
          "POST /ui/deliveries/{id}/retry",
          "POST /ui/deliveries/{id}/cancel");

  /** What everyone has, signed in or not. */
  private static final Set<String> OPEN =
      Set.of(
          "GET /assets/{name}",
          "GET /docs/outcomes/{word}",
          "GET /docs/problems/{word}",
          "GET /openapi.json",
          "GET /portal",
          "POST /portal",
          "GET /portal/theme.css",
          "GET /ui/sign-in",
          "POST /ui/sign-in",
          "POST /ui/sign-out");

  private final String tenant = "t-" + UUID.randomUUID();
  private Api api = HOMING.api();
  private Receiver ours = new Receiver("", "");
  private Receiver theirs = ours;
  private String event = "";
  private Browser customer = Browser.of(api);

  /** A subscription, and a delivery of the one event to it. */
  private record Receiver(String subscription, String delivery) {}

  @BeforeEach
  void twoSubscriptionsGetAnEvent() {
    HOMING.admin().post("/tenants", Map.of("name", tenant)).expect(201);
    List<String> scopes = List.of("read", "manage", "publish", "secrets");
    api =
        HOMING
            .api()
            .authorized(
                "Bearer "
                    + Api.text(
                        HOMING
                            .admin()
                            .post("/keys", Map.of("tenant", tenant, "scopes", scopes))
                            .expect(201)
                            .json(),
                        "key"));
    String first = subscription("ours");
    String second = subscription("theirs");
    event = api.trigger("one.a");
    ours = new Receiver(first, api.deliveryId(event, first));
    theirs = new Receiver(second, api.deliveryId(event, second));
    api.await(ours.delivery(), "retrying");
    api.await(theirs.delivery(), "retrying");
    customer = customer("manage", "secrets");
  }

  private String subscription(String name) {
    return Api.id(
        api.post(
                "/subscriptions",
                Map.of(
                    "url",
                    "https://%s.invalid/hook".formatted(name),
                    "event_types",
                    List.of("one.a")))
            .expect(201));
  }

  private Browser customer(String... scopes) {
    Api.Answer link =
        api.post(
                "/portal-links",
                Map.of("scopes", List.of(scopes), "subscription_id", ours.subscription()))
            .expect(201);
    assertThat(Api.text(link.json(), "subscription_id")).isEqualTo(ours.subscription());
    String token = Api.text(link.json(), "url").replaceFirst("^.*#", "");
    Api.Answer opened = Browser.of(HOMING.api()).post("/portal", Map.of("link", token));
    assertThat(opened.expect(303).header("location"))
        .isEqualTo("/ui/subscriptions/" + ours.subscription());
    return new Browser(HOMING.api(), Browser.cookieOf(opened));
  }

  private Api.Answer call(String route, String subscription, String delivery) {
    String[] parts = route.split(" ", -1);
    String id =
        switch (parts[1].split("/", -1).length > 2 ? parts[1].split("/", -1)[2] : "") {
          case "subscriptions" -> subscription;
          case "deliveries" -> delivery;
          case "events" -> event;
          case "keys" -> "hk_" + UNKNOWN;
          case "portal-links" -> "hp_" + UNKNOWN;
          default -> "";
        };
    String path = parts[1].replace("{id}", id).replace("{name}", tenant);
    return parts[0].equals("GET")
        ? customer.get(path)
        : customer.post(
            path,
            Map.of("url", "https://changed.invalid", "event_types", "z", "version", "0", "id", id));
  }

  private static String uuid(String id) {
    return id.substring(id.indexOf('_') + 1);
  }

  @Test
  void noRouteShowsOrChangesAnotherSubscription() {
    String before = api.get("/subscriptions/" + theirs.subscription()).expect(200).text();

    for (String route : HOMING.pages()) {
      if (OPEN.contains(route)) {
        continue;
      }
      Api.Answer answer = call(route, theirs.subscription(), theirs.delivery());
      if (route.equals("GET /ui/deliveries")) {
        answer = customer.get(answer.expect(303).header("location")).expect(200);
        assertThat(answer.text()).contains(ours.delivery());
      } else {
        // Operators' pages are not for its scopes at all.
        assertThat(answer.status()).as(route).isIn(404, 403);
      }
      assertThat(answer.text()).as(route).doesNotContain("theirs.invalid");
      if (!route.contains("{id}")) {
        assertThat(answer.text())
            .as(route)
            .doesNotContain(uuid(theirs.subscription()), uuid(theirs.delivery()));
      }
    }

    assertThat(api.get("/subscriptions/" + theirs.subscription()).expect(200).text())
        .isEqualTo(before);
    assertThat(
            HOMING
                .admin()
                .get("/audit?tenant=" + tenant + "&target=" + theirs.delivery())
                .expect(200)
                .json()
                .get("items"))
        .isEmpty();
  }

  @Test
  void whatOutcomesMeanIsForEveryone() {
    String delivery = customer.get("/ui/deliveries/" + ours.delivery()).expect(200).text();

    assertThat(delivery).contains("href=\"/docs/outcomes/dns_failed\"");
    customer.get("/docs/outcomes/dns_failed").expect(200);
  }

  /** Byte for byte, except for the requested id. */
  @Test
  void anotherSubscriptionLooksLikeNone() {
    for (String route : ITS_OWN) {
      Api.Answer other = call(route, theirs.subscription(), theirs.delivery());
      Api.Answer unknown = call(route, "sub_" + UNKNOWN, "dlv_" + UNKNOWN);
      assertThat(other.status()).as(route).isEqualTo(404);
      assertThat(masked(other.text(), uuid(theirs.subscription()), uuid(theirs.delivery())))
          .as(route)
          .isEqualTo(masked(unknown.text(), UNKNOWN));
    }
  }

  private static String masked(String text, String... ids) {
    String masked = text;
    for (String id : ids) {
      masked = masked.replace(id, "ID");
    }
    return masked;
  }

  @Test
  void itsOwnIsThere() {
    for (String route : ITS_OWN) {
      if (!route.endsWith("/delete")) {
        assertThat(call(route, ours.subscription(), ours.delivery()).status())
            .as(route)
            .isIn(200, 303, 409, 412);
      }
    }
    Document list = customer.page("/ui/deliveries?subscription_id=" + ours.subscription());
    assertThat(list.select("tbody tr")).hasSize(1);
  }

  @Test
  void scopesHoldForItAsForEveryCustomer() {
    customer = customer("read");

    customer.get("/ui/subscriptions/" + ours.subscription()).expect(200);
    customer.post("/ui/subscriptions/" + ours.subscription() + "/pause", Map.of()).expect(403);
    customer.post("/ui/deliveries/" + ours.delivery() + "/cancel", Map.of()).expect(403);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "?state=retrying",
        "?subscription_id=%s&state=retrying",
        "?state=retrying&subscription_id=",
        "?subscription%%5Fid=%s&state=retrying",
        "?state=retrying&subscription_id=nonsense"
      })
  void theListIsOfItsDeliveriesWhateverIsAsked(String query) {
    Document list =
        customer.follow(customer.get("/ui/deliveries" + query.formatted(theirs.subscription())));

    assertThat(list.select("tbody tr a[href*=deliveries]").eachAttr("href"))
        .containsExactly("/ui/deliveries/" + ours.delivery());
    assertThat(list.text()).doesNotContain("theirs.invalid");
  }

  /** Repeated, which of them counts would be a matter of luck. */
  @Test
  void twoFiltersAreRefused() {
    customer
        .get(
            "/ui/deliveries?subscription_id=%s&subscription_id=%s"
                .formatted(ours.subscription(), theirs.subscription()))
        .expect(400);
  }

  /** Every link and button of its pages leads somewhere. */
  @Test
  void itsPagesLinkToNothingElse() {
    Deque<String> next = new ArrayDeque<>(List.of("/ui/subscriptions/" + ours.subscription()));
    Set<String> seen = new HashSet<>(next);
    while (!next.isEmpty()) {
      String path = next.remove();
      Api.Answer answer = customer.get(path);
      if (answer.status() == 303) {
        answer = customer.get(answer.header("location"));
      }
      assertThat(answer.status()).as(path).isEqualTo(200);
      Document page = Browser.parsed(answer);
      assertThat(page.text()).as(path).doesNotContain("theirs.invalid");
      assertThat(page.select("form[method=post]").eachAttr("action"))
          .as(path)
          .allMatch(
              action ->
                  action.equals("/ui/sign-out")
                      || action.startsWith("/ui/subscriptions/" + ours.subscription())
                      || action.startsWith("/ui/deliveries/" + ours.delivery()));
      for (Element link : page.select("a[href^=/], form[action^=/]:not([method=post])")) {
        String target = link.hasAttr("href") ? link.attr("href") : link.attr("action");
        if (seen.add(target)) {
          next.add(target);
        }
      }
    }
    assertThat(seen).hasSizeGreaterThan(8);
  }

  @Test
  void deletingItsSubscriptionLeavesItsDeliveries() {
    String path = "/ui/subscriptions/" + ours.subscription();

    Document after =
        customer.follow(
            customer.get(
                customer
                    .submit(customer.page(path + "/delete"), "/delete", Map.of())
                    .expect(303)
                    .header("location")));

    assertThat(after.select("#notice").text()).startsWith("Deleted.");
    assertThat(after.select("tbody tr").text()).contains("cancelled");
    customer.get(path).expect(404);
  }

  @ParameterizedTest
  @ValueSource(strings = {"nonsense", "sub_" + UNKNOWN})
  void aLinkIsForASubscriptionOfTheTenant(String id) {
    assertThat(api.post("/portal-links", Map.of("subscription_id", id)).expect(422).text())
        .contains("subscription_id: must be the id of one of its subscriptions");
  }

  @Test
  void anotherTenantsSubscriptionIsNone() {
    String foreign =
        Api.id(
            HOMING
                .admin()
                .post(
                    "/subscriptions",
                    Map.of("url", "https://foreign.invalid", "event_types", List.of("a")))
                .expect(201));

    api.post("/portal-links", Map.of("subscription_id", foreign)).expect(422);
    HOMING
        .admin()
        .post("/portal-links", Map.of("tenant", tenant, "subscription_id", foreign))
        .expect(422);
  }
}
