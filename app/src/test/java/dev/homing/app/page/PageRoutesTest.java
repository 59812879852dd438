package dev.homing.app.page;

import static java.util.Map.entry;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.journey.Api;
import dev.homing.app.journey.RunningHoming;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** All pages: the scope each requires, and the tenant whose data it shows. */
class PageRoutesTest {
  /** Routes that need no session. */
  private static final Set<String> OPEN =
      Set.of(
          "GET /assets/{name}",
          "GET /docs/outcomes/{word}",
          "GET /docs/problems/{word}",
          "GET /openapi.json",
          "GET /ui/sign-in",
          "POST /ui/sign-in",
          "POST /ui/sign-out",
          "GET /portal",
          "POST /portal",
          "GET /portal/theme.css");

  static final Map<String, String> SCOPES =
      Map.ofEntries(
          entry("GET /ui", "read"),
          entry("GET /ui/search", "read"),
          entry("GET /ui/first-steps", "read"),
          entry("GET /ui/audit", "manage"),
          entry("GET /ui/audit/export", "manage"),
          entry("GET /ui/keys", "admin"),
          entry("GET /ui/keys/new", "admin"),
          entry("POST /ui/keys/new", "admin"),
          entry("GET /ui/keys/{id}/revoke", "admin"),
          entry("POST /ui/keys/{id}/revoke", "admin"),
          entry("GET /ui/portal-links", "manage"),
          entry("GET /ui/portal-links/new", "manage"),
          entry("POST /ui/portal-links/new", "manage"),
          entry("GET /ui/portal-links/{id}/revoke", "manage"),
          entry("POST /ui/portal-links/{id}/revoke", "manage"),
          entry("GET /ui/tenants", "admin"),
          entry("GET /ui/tenants/new", "admin"),
          entry("POST /ui/tenants/new", "admin"),
          entry("GET /ui/tenants/{name}", "admin"),
          entry("POST /ui/tenants/{name}", "admin"),
          entry("GET /ui/system", "admin"),
          entry("POST /ui/system/repair", "admin"),
          entry("POST /ui/system/reseal", "admin"),
          entry("GET /ui/deliveries/bulk", "manage"),
          entry("POST /ui/deliveries/bulk", "manage"),
          entry("GET /ui/subscriptions", "read"),
          entry("GET /ui/subscriptions/new", "manage"),
          entry("POST /ui/subscriptions/new", "manage"),
          entry("GET /ui/subscriptions/{id}", "read"),
          entry("GET /ui/subscriptions/{id}/edit", "manage"),
          entry("POST /ui/subscriptions/{id}/edit", "manage"),
          entry("POST /ui/subscriptions/{id}/pause", "manage"),
          entry("POST /ui/subscriptions/{id}/enable", "manage"),
          entry("POST /ui/subscriptions/{id}/test", "manage"),
          entry("GET /ui/subscriptions/{id}/rotate", "manage"),
          entry("POST /ui/subscriptions/{id}/rotate", "manage"),
          entry("POST /ui/subscriptions/{id}/reveal", "secrets"),
          entry("GET /ui/subscriptions/{id}/delete", "manage"),
          entry("POST /ui/subscriptions/{id}/delete", "manage"),
          entry("GET /ui/deliveries", "read"),
          entry("GET /ui/deliveries/{id}", "read"),
          entry("POST /ui/deliveries/{id}/retry", "manage"),
          entry("POST /ui/deliveries/{id}/cancel", "manage"),
          entry("GET /ui/events", "read"),
          entry("GET /ui/events/new", "publish"),
          entry("POST /ui/events/new", "publish"),
          entry("GET /ui/events/{id}", "read"),
          entry("GET /ui/events/{id}/payload", "read"));

  private static final UUID UNKNOWN = UUID.fromString("01890a5d-ac96-774b-bcce-b302099a8057");
  private static final RunningHoming HOMING = RunningHoming.withAdminKey();
  private static final Map<String, Browser> BY_SCOPE = new HashMap<>();

  @BeforeAll
  static void signInForEachScope() {
    for (String scope : List.of("read", "manage", "publish", "secrets", "admin")) {
      BY_SCOPE.put(scope, browser("default", List.of("read", scope)));
    }
  }

  private static String key(String tenant, List<String> scopes) {
    return Api.text(
        HOMING
            .admin()
            .post("/keys", Map.of("tenant", tenant, "scopes", Set.copyOf(scopes)))
            .expect(201)
            .json(),
        "key");
  }

  private static Browser browser(String tenant, List<String> scopes) {
    return Browser.signedIn(HOMING.api(), key(tenant, scopes));
  }

  @Test
  void eachIsListedInThisTest() {
    Set<String> known = new HashSet<>(SCOPES.keySet());
    known.addAll(OPEN);
    assertThat(HOMING.pages()).isEqualTo(known);
  }

  @Test
  void eachIsOpenToItsScopeAndToAdminsOnly() {
    SCOPES.forEach(
        (route, needed) ->
            BY_SCOPE.forEach(
                (scope, browser) -> {
                  boolean open =
                      needed.equals("read") || scope.equals(needed) || scope.equals("admin");
                  assertThat(call(browser, route, UNKNOWN, "").status() == 403)
                      .as("%s with %s", route, scope)
                      .isEqualTo(!open);
                }));
  }

  @Test
  void noneIsOpenWithoutASession() {
    Browser stranger = Browser.of(HOMING.api());
    for (String route : SCOPES.keySet()) {
      Api.Answer asked = call(stranger, route, UNKNOWN, "");
      assertThat(asked.status()).as(route).isEqualTo(303);
      assertThat(asked.header("location")).as(route).startsWith("/ui/sign-in");
      assertThat(asked.body()).as(route).isEmpty();
    }
  }

  @Test
  void eachRefusesUnknownParameters() {
    Browser operator = Browser.signedIn(HOMING.api(), RunningHoming.ADMIN_KEY);
    for (String route : SCOPES.keySet()) {
      Api.Answer refused = call(operator, route, UNKNOWN, "?stauts=failed");
      assertThat(refused.status()).as(route).isEqualTo(400);
      assertThat(refused.text()).as(route).contains("Unknown parameter stauts.");
    }
  }

  @Test
  void formsThatWouldBeRefusedAreNotShown() {
    Browser reader = requireNonNull(BY_SCOPE.get("read"));
    for (String path : List.of("/ui", "/ui/subscriptions", "/ui/events", "/ui/deliveries")) {
      assertThat(reader.page(path).select("form[method=post]").eachAttr("action"))
          .as(path)
          .containsExactly("/ui/sign-out");
      assertThat(reader.page(path).select("a[href$=/new]")).as(path).isEmpty();
    }
  }

  /** Byte for byte, except for the requested id. */
  @Test
  void anotherTenantsIdLooksLikeAnUnknownId() {
    List<String> all = List.of("publish", "read", "manage", "secrets");
    String ours = tenant();
    Map<String, UUID> ids = fill(HOMING.api().authorized("Bearer " + key(ours, all)));
    Browser theirs = browser(tenant(), all);
    Browser own = browser(ours, all);

    for (String route : SCOPES.keySet()) {
      if (route.contains("{id}") && !SCOPES.get(route).equals("admin")) {
        UUID id = requireNonNull(ids.get(route.split("/", -1)[2]), route);
        Api.Answer foreign = call(theirs, route, id, "");
        Api.Answer unknown = call(theirs, route, UNKNOWN, "");
        assertThat(foreign.status()).as(route).isEqualTo(404);
        assertThat(foreign.text().replace(id.toString(), "ID"))
            .as(route)
            .isEqualTo(unknown.text().replace(UNKNOWN.toString(), "ID"));
        if (route.startsWith("GET ")) {
          assertThat(call(own, route, id, "").status()).as(route).isEqualTo(200);
        }
      }
    }
    for (String list : List.of("/ui", "/ui/subscriptions", "/ui/deliveries", "/ui/events")) {
      assertThat(theirs.page(list).text()).as(list).doesNotContain("nowhere.invalid", "page.own");
    }
    for (String list : List.of("/ui", "/ui/subscriptions", "/ui/deliveries")) {
      assertThat(own.page(list).text()).as(list).contains("nowhere.invalid");
    }
    theirs.get("/ui/search?q=own-name").expect(303);
    assertThat(theirs.get("/ui/search?q=own-name").header("location"))
        .isEqualTo("/ui/subscriptions?text=own-name");
    assertThat(own.get("/ui/search?q=own-name").header("location"))
        .isEqualTo("/ui/events/evt_" + ids.get("events"));
  }

  private static String tenant() {
    String name = "t-" + UUID.randomUUID();
    HOMING.admin().post("/tenants", Map.of("name", name)).expect(201);
    return name;
  }

  /** Creates one of each; the delivery waits, because its receiver does not exist. */
  private static Map<String, UUID> fill(Api api) {
    String subscription =
        Api.id(
            api.post(
                    "/subscriptions",
                    Map.of("url", "https://nowhere.invalid", "event_types", List.of("page.own")))
                .expect(201));
    String event =
        Api.id(
            api.send("POST", "/webhooks/page.own", "{}", "Homing-Event-Id", "own-name")
                .expect(202));
    String delivery = api.deliveryId(event);
    api.await(delivery, "retrying");
    return Map.of(
        "subscriptions",
        uuid(subscription),
        "events",
        uuid(event),
        "deliveries",
        uuid(delivery),
        "portal-links",
        uuid(Api.id(api.post("/portal-links", Map.of()).expect(201))));
  }

  private static UUID uuid(String id) {
    return UUID.fromString(id.substring(id.indexOf('_') + 1));
  }

  private static Api.Answer call(Browser browser, String route, UUID id, String query) {
    String[] parts = route.split(" ", -1);
    String prefix =
        Map.of(
                "subscriptions",
                "sub_",
                "events",
                "evt_",
                "deliveries",
                "dlv_",
                "keys",
                "hk_",
                "portal-links",
                "hp_")
            .getOrDefault((parts[1] + "//").split("/", -1)[2], "");
    String path = parts[1].replace("{id}", prefix + id).replace("{name}", "nobody") + query;
    return parts[0].equals("GET")
        ? browser.get(path)
        : browser.post(
            path, Map.of("url", "https://example.com", "event_types", "z", "version", "1"));
  }
}
