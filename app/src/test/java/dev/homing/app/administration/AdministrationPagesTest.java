package dev.homing.app.administration;

import static dev.homing.app.page.Browser.element;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.activities.standing.KnownStandings;
import dev.homing.activities.subscription.SubscriptionKey;
import dev.homing.app.journey.Api;
import dev.homing.app.journey.RunningHoming;
import dev.homing.app.page.Browser;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/** The pages of operators, and of those who read the audit log. */
class AdministrationPagesTest {
  /** More than any other tenant has in tests. */
  private static final int IN_TROUBLE = 12;

  private static final String SCRIPT = "<script>alert('x')</script>";
  private static final RunningHoming HOMING = RunningHoming.withAdminKey();
  private static final Api ADMIN = HOMING.admin();
  private static final Browser OPERATOR = Browser.signedIn(HOMING.api(), RunningHoming.ADMIN_KEY);

  private static String tenant() {
    String name = "t-" + UUID.randomUUID();
    ADMIN.post("/tenants", Map.of("name", name)).expect(201);
    return name;
  }

  private static String key(String tenant, String... scopes) {
    return Api.text(
        ADMIN.post("/keys", Map.of("tenant", tenant, "scopes", scopes)).expect(201).json(), "key");
  }

  private static String subscription(Api api) {
    return Api.id(
        api.post(
                "/subscriptions",
                Map.of("url", "https://example.com/a", "event_types", List.of("admin.a")))
            .expect(201));
  }

  // The overview.

  @Test
  void theOverviewNamesOtherTenantsWithReceiversInTrouble() {
    String tenant = tenant();
    Api api = HOMING.api().authorized("Bearer " + key(tenant, "manage", "publish", "read"));
    for (int i = 0; i < IN_TROUBLE; i++) {
      String id =
          Api.id(
              api.post(
                      "/subscriptions",
                      Map.of("url", "https://nowhere.invalid", "event_types", List.of("trouble.a")))
                  .expect(201));
      HOMING
          .bean(KnownStandings.class)
          .hold(
              new SubscriptionKey(new Tenant(tenant), SubscriptionId.read(id).orElseThrow()),
              "503",
              Duration.ofHours(1));
    }
    api.trigger("trouble.a");

    Document page =
        await()
            .until(
                () -> OPERATOR.page("/ui"),
                overview -> other(overview, tenant).startsWith(tenant + " 12 12 "));

    assertThat(other(page, tenant)).endsWith("UTC");
    assertThat(page.select("a:containsOwn(" + tenant + ")").attr("href"))
        .isEqualTo("/ui?tenant=" + tenant);
    assertThat(other(OPERATOR.page("/ui?tenant=" + tenant), tenant)).isEmpty();
    assertThat(other(Browser.signedIn(HOMING.api(), key(tenant(), "read")).page("/ui"), tenant))
        .isEmpty();
  }

  private static String other(Document overview, String tenant) {
    return overview
        .select("h2:contains(In other tenants) + .table tbody tr:contains(" + tenant + ")")
        .text();
  }

  // The search.

  @Test
  void theSearchOpensKeysLinksAndTenants() {
    String tenant = tenant();
    String key = key(tenant, "manage", "read");
    String keyId = key.substring(0, "hk_".length() + 36);
    Api api = HOMING.api().authorized("Bearer " + key);
    String link = Api.id(api.post("/portal-links", Map.of()).expect(201));
    Browser manager = Browser.signedIn(HOMING.api(), key);

    assertThat(found(OPERATOR, keyId)).isEqualTo("/ui/keys?id=" + keyId);
    Document one = OPERATOR.page(found(OPERATOR, keyId));
    assertThat(one.select("tbody tr")).hasSize(1);
    assertThat(one.select("tbody tr").text()).contains(keyId, tenant);
    assertThat(one.select(".only a").attr("href")).isEqualTo("/ui/keys");
    assertThat(found(manager, keyId)).isEqualTo("/ui/subscriptions?text=" + keyId);

    assertThat(found(manager, link)).isEqualTo("/ui/portal-links?id=" + link);
    assertThat(manager.page(found(manager, link)).select("tbody tr").text()).contains(link);
    Browser.signedIn(HOMING.api(), key(tenant(), "manage", "read"))
        .get("/ui/portal-links?id=" + link)
        .expect(404);

    assertThat(found(OPERATOR, tenant)).isEqualTo("/ui?tenant=" + tenant);
    assertThat(found(manager, tenant)).isEqualTo("/ui/subscriptions?text=" + tenant);
  }

  private static String found(Browser browser, String text) {
    return browser.get("/ui/search?q=" + text).expect(303).header("location");
  }

  // The audit log.

  @Test
  void whoChangedWhatIsListedByTarget() {
    String id = subscription(ADMIN);
    ADMIN.change(id, Map.of("description", "changed", "timeout", "3s"));

    Document page = OPERATOR.page("/ui/audit?target=" + id);

    assertThat(page.select("tbody tr")).hasSize(2);
    assertThat(page.select("tbody tr").getFirst().text())
        .contains("subscription.changed", "description, timeout", id, "admin_key", "127.0.0.1");
    assertThat(element(page, "action").select("option").eachText())
        .contains("all", "subscription.revealed", "key.revoked");
    assertThat(
            OPERATOR.page("/ui/audit?action=subscription.created&target=" + id).select("tbody tr"))
        .hasSize(1);
    assertThat(OPERATOR.page("/ui/audit?target=" + id + "&until=2026-01-01T00%3A00").text())
        .contains("No entry matches these filters.");
    assertThat(OPERATOR.page("/ui/subscriptions/" + id).select("a[href*=audit]").eachAttr("href"))
        .contains("/ui/audit?target=" + id);
  }

  /** What was done by a page says so. */
  @Test
  void actorsOfPagesAreSessions() {
    String id = subscription(ADMIN);
    OPERATOR.post("/ui/subscriptions/" + id + "/pause", Map.of()).expect(303);

    assertThat(OPERATOR.page("/ui/audit?target=" + id).select("tbody tr").getFirst().text())
        .contains("session:admin_key");
  }

  @Test
  void aTenantReadsItsOwnEntriesAndOperatorsAll() {
    String ours = tenant();
    Browser auditor = Browser.signedIn(HOMING.api(), key(ours, "read", "manage"));
    String foreign = subscription(ADMIN);

    assertThat(auditor.page("/ui/audit").select("tbody tr").eachText())
        .anyMatch(row -> row.contains("key.created"))
        .noneMatch(row -> row.contains(foreign));
    assertThat(auditor.page("/ui/audit?target=" + foreign).text())
        .contains("No entry matches these filters.");
    assertThat(auditor.page("/ui/audit").select("thead").text()).doesNotContain("Tenant");
    auditor.get("/ui/audit?tenant=default").expect(403);
    assertThat(OPERATOR.page("/ui/audit?tenant=" + ours).select("tbody tr").eachText())
        .isNotEmpty()
        .allMatch(row -> row.contains(ours));
    assertThat(OPERATOR.page("/ui/audit?target=" + foreign).select("tbody tr")).isNotEmpty();
  }

  @Test
  void theAuditLogFollowsPageAfterPageAndIsExported() {
    String id = subscription(ADMIN);
    for (int change = 1; change <= 3; change++) {
      ADMIN.change(id, Map.of("description", "change " + change));
    }

    Document first = OPERATOR.page("/ui/audit?limit=3&target=" + id);
    assertThat(first.select("tbody tr")).hasSize(3);
    Document second = OPERATOR.page(first.select("a[rel=next]").attr("href"));
    assertThat(second.select("tbody tr").eachText())
        .singleElement()
        .asString()
        .contains("subscription.created");

    String export = first.select("a:contains(Export)").attr("href");
    Api.Answer file = OPERATOR.get(export).expect(200);
    assertThat(file.text().lines()).hasSize(4).allMatch(line -> line.contains(id));
    assertThat(file.header("content-disposition"))
        .isEqualTo("attachment; filename=\"audit.ndjson\"");
  }

  // Keys.

  @Test
  void aKeyIsMadeShownOnceUsedAndRevoked() {
    String tenant = tenant();
    Document made =
        Browser.parsed(
            OPERATOR
                .post(
                    "/ui/keys/new",
                    List.of(
                        Map.entry("tenant", tenant),
                        Map.entry("description", SCRIPT),
                        Map.entry("scope", "read"),
                        Map.entry("scope", "manage"),
                        Map.entry("expires_at", "2099-01-01T08:00")))
                .expect(200));
    String key = element(made, "secret").text();
    assertThat(key).matches("hk_[0-9a-f-]{36}_[0-9a-f]{64}_[0-9a-f]{8}");
    Browser holder = Browser.signedIn(HOMING.api(), key);
    holder.get("/ui/audit").expect(200);

    String id = key.substring(0, 39);
    Document list = OPERATOR.page("/ui/keys?tenant=" + tenant);
    assertThat(list.select("tbody tr").eachText())
        .singleElement()
        .asString()
        .contains(SCRIPT, id, "active", tenant, "read, manage", "1 Jan 08:00:00 UTC");
    assertThat(list.text()).doesNotContain(key.substring(40));

    Document ask = OPERATOR.page(list.select("a[href*=/revoke]").attr("href"));
    Document revoked = OPERATOR.follow(OPERATOR.submit(ask, "/revoke", Map.of()));
    assertThat(revoked.select("#notice").text()).startsWith("Revoked.");
    assertThat(revoked.select("tbody tr").text()).contains("revoked");
    assertThat(revoked.select("a[href*=/revoke]")).isEmpty();
    holder.get("/ui").expect(303);
    assertThat(ADMIN.get("/keys/" + id).expect(200).json().get("expires_at").stringValue())
        .isEqualTo("2099-01-01T08:00:00Z");
  }

  @ParameterizedTest
  @CsvSource({
    "nobody,  read, '',               key-tenant,  must be the name of a tenant",
    "default, '',   '',               scopes,      must list one or more",
    "default, all,  '',               scopes,      must list one or more",
    "default, read, 2020-01-01T00:00, expires-at,  must be in the future",
    "default, read, tomorrow,         expires-at,  must be a time like"
  })
  void aFaultOfAKeyStandsBesideItsField(
      String tenant, String scope, String expires, String id, String fault) {
    Document page =
        Browser.parsed(
            OPERATOR
                .post(
                    "/ui/keys/new", Map.of("tenant", tenant, "scope", scope, "expires_at", expires))
                .expect(422));

    assertThat(element(page, id + "-fault").text()).contains(fault);
    assertThat(element(page, "key-tenant").val()).isEqualTo(tenant);
  }

  // Portal links.

  @Test
  void aPortalLinkIsMadeShownOnceOpenedAndRevoked() {
    String tenant = tenant();
    Document made =
        Browser.parsed(
            OPERATOR
                .submit(
                    OPERATOR.page("/ui/portal-links/new?tenant=" + tenant),
                    "/new",
                    Map.of("scope", "manage", "return_url", "https://app.example.com/again"))
                .expect(200));
    String url = element(made, "secret").text();
    assertThat(url).matches("http://127\\.0\\.0\\.1:\\d+/portal#hp_[0-9a-f-]{36}_[0-9a-f]{64}");
    String token = url.replaceFirst("^.*#", "");
    String id = token.substring(0, 39);
    String list = "/ui/portal-links?tenant=" + tenant;
    assertThat(OPERATOR.page(list).text()).doesNotContain(token.substring(40));
    assertThat(OPERATOR.page(list).select("tbody tr").eachText())
        .singleElement()
        .asString()
        .contains(id, "session:admin_key", " open ", tenant, "read, manage", "never");
    JsonNode stored = ADMIN.get("/portal-links/" + id).expect(200).json();
    assertThat(Api.text(stored, "return_url")).isEqualTo("https://app.example.com/again");
    assertThat(stored.get("session").intValue()).isEqualTo(28_800);
    assertThat(Duration.between(time(stored, "created_at"), time(stored, "expires_at")))
        .isBetween(Duration.ofSeconds(895), Duration.ofSeconds(905));

    Browser customer =
        new Browser(
            HOMING.api(),
            Browser.cookieOf(
                Browser.of(HOMING.api()).post("/portal", Map.of("link", token)).expect(303)));
    customer.get("/ui").expect(200);
    Document opened = OPERATOR.page(list);
    assertThat(opened.select("tbody .pill").text()).isEqualTo("opened");

    Document ask = OPERATOR.page(opened.select("a[href*=/revoke]").attr("href"));
    Document revoked = OPERATOR.follow(OPERATOR.submit(ask, "/revoke", Map.of()));
    assertThat(revoked.select("#notice").text()).startsWith("Revoked.");
    assertThat(revoked.select("tbody .pill").text()).isEqualTo("revoked");
    assertThat(revoked.select("a[href*=/revoke]")).isEmpty();
    customer.get("/ui").expect(303);
  }

  @Test
  void aPortalLinkMayBeForOneSubscription() {
    String tenant = tenant();
    Api api = HOMING.api().authorized("Bearer " + key(tenant, "read", "manage"));
    String id = subscription(api);
    Document form = OPERATOR.page("/ui/portal-links/new?tenant=" + tenant);
    Document refused =
        Browser.parsed(
            OPERATOR
                .submit(form, "/new", Map.of("subscription_id", subscription(ADMIN)))
                .expect(422));
    assertThat(element(refused, "link-subscription-fault").text())
        .isEqualTo("must be the id of one of its subscriptions");

    Document made =
        Browser.parsed(
            OPERATOR.submit(form, "/new", Map.of("subscription_id", " " + id)).expect(200));

    assertThat(made.select(".head").text()).contains("with read of " + id);
    assertThat(OPERATOR.page("/ui/portal-links?tenant=" + tenant).select("tbody tr").text())
        .contains("read of " + id);
    assertThat(api.get("/portal-links").expect(200).text())
        .contains("\"subscription_id\":\"" + id + "\"");
  }

  private static Instant time(JsonNode node, String field) {
    return Instant.parse(Api.text(node, field));
  }

  @ParameterizedTest
  @CsvSource({
    "expires_at = now() - interval '1 second', expired",
    "opened_at = now() - interval '9 hours', expired",
    "opened_at = now() - interval '7 hours', opened"
  })
  void aPortalLinkExpiresUnopenedOrWithItsSession(String change, String state) {
    String tenant = tenant();
    String id = Api.id(ADMIN.post("/portal-links", Map.of("tenant", tenant)).expect(201));
    assertThat(
            HOMING
                .bean(JdbcClient.class)
                .sql("update portal_links set " + change + " where id = :id")
                .param("id", UUID.fromString(id.substring(3)))
                .update())
        .isEqualTo(1);

    assertThat(OPERATOR.page("/ui/portal-links?tenant=" + tenant).select("tbody .pill").text())
        .isEqualTo(state);
  }

  /** A key gives what it has, in its own tenant. */
  @Test
  void aTenantMakesPortalLinksOfItsOwn() {
    String ours = tenant();
    Browser manager = Browser.signedIn(HOMING.api(), key(ours, "read", "manage"));
    String foreign = Api.id(ADMIN.post("/portal-links", Map.of()).expect(201));

    Document form = manager.page("/ui/portal-links/new");
    assertThat(form.select("[name=tenant]")).isEmpty();
    assertThat(form.select("[name=scope]").eachAttr("value")).containsExactly("manage");
    manager.submit(form, "/new", Map.of("scope", "manage")).expect(200);

    Document refused =
        Browser.parsed(
            manager.submit(form, "/new", Map.of("scope", "secrets", "tenant", ours)).expect(422));
    assertThat(element(refused, "scopes-fault").text()).contains("cannot have secrets");
    manager.submit(form, "/new", Map.of("tenant", "default")).expect(422);
    assertThat(manager.page("/ui/portal-links").select("tbody tr").eachText())
        .singleElement()
        .asString()
        .contains("session:hk_", ours);
    manager.get("/ui/portal-links/" + foreign + "/revoke").expect(404);
    manager.post("/ui/portal-links/" + foreign + "/revoke", Map.of()).expect(404);
    assertThat(ADMIN.get("/portal-links/" + foreign).json().get("revoked_at").isNull()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "nobody,  manage,  15m, 8h, '',             link-tenant, must be the name of a tenant",
    "default, publish, 15m, 8h, '',             scopes,      must be some of",
    "default, manage,  8d,  8h, '',             expires-in,  must be from 1 to",
    "default, manage,  15m, x,  '',             session,     must be a duration like",
    "default, manage,  15m, 8h, javascript:a(), return-url,  must be a URL"
  })
  void aFaultOfAPortalLinkStandsBesideItsField(
      String tenant,
      String scope,
      String expires,
      String session,
      String back,
      String id,
      String fault) {
    Map<String, String> sent =
        Map.of(
            "tenant",
            tenant,
            "scope",
            scope,
            "expires_in",
            expires,
            "session",
            session,
            "return_url",
            back);

    Document page = Browser.parsed(OPERATOR.post("/ui/portal-links/new", sent).expect(422));

    assertThat(element(page, id + "-fault").text()).contains(fault);
    assertThat(element(page, "link-tenant").val()).isEqualTo(tenant);
    assertThat(element(page, "return-url").val()).isEqualTo(back);
  }

  // Tenants.

  @Test
  void aTenantIsMadeAndGetsAPace() {
    String name = "t-" + UUID.randomUUID();
    Document form = OPERATOR.page("/ui/tenants/new");
    Document refused =
        Browser.parsed(
            OPERATOR.submit(form, "/new", Map.of("name", name, "rate.limit", "0")).expect(422));
    assertThat(element(refused, "rate-limit-fault").text()).contains("from 1 to");
    assertThat(
            element(
                    Browser.parsed(
                        OPERATOR.submit(form, "/new", Map.of("name", "No Name")).expect(422)),
                    "name-fault")
                .text())
        .contains("lower-case");

    OPERATOR.follow(OPERATOR.submit(refused, "/new", Map.of("rate.limit", "")));
    assertThat(
            Browser.parsed(OPERATOR.submit(form, "/new", Map.of("name", name)).expect(409)).text())
        .contains("already exists");

    Document one = OPERATOR.page("/ui/tenants/" + name);
    Document list =
        OPERATOR.follow(
            OPERATOR.submit(
                one,
                "/" + name,
                Map.of("rate.limit", "500", "rate.per", "60", "max_in_flight", "7")));
    assertThat(list.select("tr:contains(%s)".formatted(name)).text())
        .contains("500 per minute, 7 at a time");
    var stored = ADMIN.get("/tenants/" + name).expect(200).json();
    assertThat(stored.get("rate").toString()).isEqualTo("{\"limit\":500,\"per\":60}");

    OPERATOR.follow(
        OPERATOR.submit(
            OPERATOR.page("/ui/tenants/" + name), "/" + name, Map.of("rate.limit", "")));
    stored = ADMIN.get("/tenants/" + name).expect(200).json();
    assertThat(stored.get("rate").isNull()).isTrue();
    assertThat(stored.get("max_in_flight").intValue()).isEqualTo(7);
  }

  @Test
  void theListSaysWhatWaitsForEachTenant() {
    String name = tenant();
    Api api = HOMING.api().authorized("Bearer " + key(name, "read", "manage", "publish"));
    api.post(
            "/subscriptions",
            Map.of("url", "https://nowhere.invalid", "event_types", List.of("admin.waits")))
        .expect(201);
    api.await(api.deliveryId(api.trigger("admin.waits")), "retrying");

    Document list = OPERATOR.page("/ui/tenants");

    assertThat(list.select("tr:contains(%s) td.number".formatted(name)).text()).isEqualTo("1");
    String waiting = list.select("a[href*=state=waiting&tenant=%s]".formatted(name)).attr("href");
    assertThat(OPERATOR.page(waiting).select("tbody tr")).hasSize(1);
    assertThat(OPERATOR.page("/ui?tenant=" + name).text()).contains("nowhere.invalid");
  }

  // The system: this instance has neither Redis nor Temporal.

  @Test
  void partsThatAreAwaySayWhatThatMeans() {
    Document page = OPERATOR.page("/ui/system");

    assertThat(page.select("tr:contains(PostgreSQL)").text()).contains("up", "18.");
    assertThat(page.select("tr:contains(Redis)").text()).contains("away", "More queries");
    assertThat(page.select("tr:contains(Temporal) .pill").text()).isEqualTo("away");
    assertThat(page.select("tr:contains(Clock)").text()).contains("up");
    assertThat(page.text()).contains("Events are kept 30 d");
  }

  @Test
  void withoutTemporalNothingIsRepaired() {
    Api.Answer refused =
        OPERATOR.submit(OPERATOR.page("/ui/system"), "/repair", Map.of()).expect(503);

    assertThat(Browser.parsed(refused).select("#problem").text())
        .contains("Temporal is not responding.");
  }

  @Test
  void secretsAreResealed() {
    subscription(ADMIN);
    Document page = OPERATOR.page("/ui/system");
    assertThat(page.select("tr:contains(seals new secrets) th").text()).isEqualTo("test");

    Api.Answer answer = OPERATOR.submit(page, "/reseal", Map.of()).expect(200);

    assertThat(Browser.parsed(answer).select(".notice.good[role=status]").text())
        .startsWith("Resealed");
    assertThat(ADMIN.get("/audit?action=secrets.resealed").json().get("items"))
        .filteredOn(
            entry -> Api.text(entry, "request_id").equals(answer.header("homing-request-id")))
        .singleElement()
        .satisfies(entry -> assertThat(Api.text(entry, "actor")).isEqualTo("session:admin_key"));
  }
}
