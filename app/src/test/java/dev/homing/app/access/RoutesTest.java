package dev.homing.app.access;

import static java.util.Map.entry;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.journey.Api;
import dev.homing.app.journey.RunningHoming;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** All routes: the scope each requires, and the tenant whose data it shows. */
public class RoutesTest {
  /** What each route requires; the OpenAPI document says the same. */
  public static final Map<String, String> SCOPES =
      Map.ofEntries(
          entry("POST /webhooks/{type}", "publish"),
          entry("GET /audit", "manage"),
          entry("GET /audit/export", "manage"),
          entry("GET /subscriptions", "read"),
          entry("GET /subscriptions/{id}", "read"),
          entry("GET /subscriptions/{id}/keys", "read"),
          entry("GET /portal-links", "manage"),
          entry("POST /portal-links", "manage"),
          entry("GET /portal-links/{id}", "manage"),
          entry("DELETE /portal-links/{id}", "manage"),
          entry("GET /subscriptions/{id}/stats", "read"),
          entry("GET /stats", "read"),
          entry("GET /events", "read"),
          entry("GET /events/{id}", "read"),
          entry("GET /events/{id}/payload", "read"),
          entry("GET /deliveries", "read"),
          entry("GET /deliveries/{id}", "read"),
          entry("POST /subscriptions", "manage"),
          entry("PUT /subscriptions/{id}", "manage"),
          entry("PATCH /subscriptions/{id}", "manage"),
          entry("DELETE /subscriptions/{id}", "manage"),
          entry("POST /subscriptions/{id}/test", "manage"),
          entry("POST /subscriptions/{id}/rotate", "manage"),
          entry("POST /subscriptions/{id}/reveal", "secrets"),
          entry("POST /deliveries/{id}/retry", "manage"),
          entry("POST /deliveries/{id}/cancel", "manage"),
          entry("GET /admin/reconciliation", "admin"),
          entry("POST /admin/reconciliation", "admin"),
          entry("GET /admin/encryption", "admin"),
          entry("POST /admin/encryption", "admin"),
          entry("GET /tenants", "admin"),
          entry("POST /tenants", "admin"),
          entry("GET /tenants/{name}", "admin"),
          entry("PATCH /tenants/{name}", "admin"),
          entry("GET /keys", "admin"),
          entry("POST /keys", "admin"),
          entry("GET /keys/{id}", "admin"),
          entry("DELETE /keys/{id}", "admin"));

  private static final UUID UNKNOWN = UUID.fromString("01890a5d-ac96-774b-bcce-b302099a8057");

  private static final RunningHoming HOMING = RunningHoming.withAdminKey();
  private static final Map<String, Api> BY_SCOPE = new HashMap<>();

  @BeforeAll
  static void makeAKeyForEachScope() {
    for (String scope : Set.copyOf(SCOPES.values())) {
      BY_SCOPE.put(scope, api("default", List.of(scope)));
    }
  }

  private static Api api(String tenant, List<String> scopes) {
    return HOMING
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
  }

  @Test
  void eachIsListedInThisTest() {
    assertThat(HOMING.routes()).isEqualTo(SCOPES.keySet());
  }

  @Test
  void eachIsOpenToItsScopeAndToAdminsOnly() {
    SCOPES.forEach(
        (route, needed) ->
            BY_SCOPE.forEach(
                (scope, api) -> {
                  boolean open = scope.equals(needed) || scope.equals("admin");
                  assertThat(call(api, route, UNKNOWN).status() == 403)
                      .as("%s with %s", route, scope)
                      .isEqualTo(!open);
                }));
  }

  /** A misspelled filter would show or change more than the caller asked for. */
  @Test
  void eachRefusesUnknownParameters() {
    SCOPES
        .keySet()
        .forEach(
            route -> {
              Api.Answer refused = call(HOMING.admin(), route, UNKNOWN, "?stauts=failed");
              assertThat(refused.status()).as(route).isEqualTo(400);
              assertThat(refused.text())
                  .as(route)
                  .contains("Unknown parameter stauts. This route takes ");
            });
  }

  @Test
  void noneIsOpenWithoutAKey() {
    SCOPES
        .keySet()
        .forEach(
            route ->
                assertThat(call(HOMING.api(), route, UNKNOWN).status()).as(route).isEqualTo(401));
  }

  /** Byte for byte, except for the requested id. */
  @Test
  void anotherTenantsIdLooksLikeAnUnknownId() {
    List<String> all = List.of("publish", "read", "manage", "secrets");
    Api ours = api(tenant(), all);
    Api theirs = api(tenant(), all);
    Map<String, UUID> ids = fill(ours);

    SCOPES.forEach(
        (route, scope) -> {
          String collection = route.split("/", -1)[1];
          if (!scope.equals("admin") && route.contains("{id}")) {
            UUID id = requireNonNull(ids.get(collection), collection);
            Api.Answer foreign = call(theirs, route, id);
            Api.Answer unknown = call(theirs, route, UNKNOWN);
            assertThat(foreign.status()).as(route).isEqualTo(404);
            assertThat(foreign.text().replace(id.toString(), "ID"))
                .as(route)
                .isEqualTo(unknown.text().replace(UNKNOWN.toString(), "ID"));
          }
        });
  }

  @Test
  void listsShowOnlyTheTenantsOwn() {
    Api ours = api(tenant(), List.of("publish", "read", "manage"));
    Api theirs = api(tenant(), List.of("publish", "read", "manage"));
    Map<String, UUID> ids = fill(ours);

    for (String list :
        List.of(
            "/subscriptions",
            "/events",
            "/deliveries",
            "/deliveries?event=evt_" + ids.get("events"),
            "/deliveries?subscription=sub_" + ids.get("subscriptions"))) {
      assertThat(ours.get(list).expect(200).json().get("items")).as(list).hasSize(1);
      assertThat(theirs.get(list).expect(200).json().get("items")).as(list).isEmpty();
    }
  }

  private static String tenant() {
    String name = Names.unique();
    HOMING.admin().post("/tenants", Map.of("name", name)).expect(201);
    return name;
  }

  /** Creates one of each; the delivery waits, because its receiver does not exist. */
  private static Map<String, UUID> fill(Api api) {
    String subscription =
        Api.id(
            api.post(
                    "/subscriptions",
                    Map.of("url", "https://nowhere.invalid", "event_types", List.of("routes.a")))
                .expect(201));
    String event = api.trigger("routes.a");
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

  private static Api.Answer call(Api api, String route, UUID id) {
    return call(api, route, id, "");
  }

  private static Api.Answer call(Api api, String route, UUID id, String query) {
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
            .getOrDefault(parts[1].split("/", -1)[1], "");
    String path =
        parts[1]
            .replace("{id}", prefix + id)
            .replace("{type}", "nobody.hears.this")
            .replace("{name}", "nobody");
    String body =
        parts[0].equals("POST") && path.contains(id.toString())
            ? "{}"
            : "{\"url\": \"https://example.com\", \"event_types\": [\"z\"]}";
    return parts[0].equals("GET") ? api.get(path + query) : api.send(parts[0], path + query, body);
  }
}
