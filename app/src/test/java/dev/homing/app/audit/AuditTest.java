package dev.homing.app.audit;

import static dev.homing.app.journey.Api.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.homing.app.journey.Api;
import dev.homing.app.journey.RunningHoming;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The audit log. */
class AuditTest {
  private final RunningHoming homing = RunningHoming.withAdminKey();
  private final Api admin = homing.admin();
  private final String tenant = "audited-" + UUID.randomUUID();

  private final JsonNode key = madeKey();
  private final Api api = homing.api().authorized("Bearer " + text(key, "key"));

  private JsonNode madeKey() {
    admin.post("/tenants", Map.of("name", tenant)).expect(201);
    return admin
        .post("/keys", Map.of("tenant", tenant, "scopes", List.of("manage", "publish", "read")))
        .expect(201)
        .json();
  }

  private String subscription() {
    return Api.id(
        api.post(
                "/subscriptions",
                Map.of("url", "https://nowhere.invalid", "event_types", List.of("audit.a")))
            .expect(201));
  }

  private List<String> actions(String path) {
    return admin
        .get(path)
        .expect(200)
        .json()
        .get("items")
        .valueStream()
        .map(entry -> text(entry, "action"))
        .toList();
  }

  @Test
  void everyChangeIsRecorded() {
    String subscription = subscription();
    String path = "/subscriptions/" + subscription;
    api.change(subscription, Map.of("description", "changed"));
    api.post(path + "/rotate").expect(200);
    api.post(path + "/test").expect(200);
    String delivery = api.deliveryId(api.trigger("audit.a"));
    api.await(delivery, "retrying");
    api.post("/deliveries/" + delivery + "/retry").expect(202);
    api.post("/deliveries/" + delivery + "/cancel").expect(200);
    api.delete(path).expect(204);
    admin.delete("/keys/" + text(key, "id")).expect(204);
    admin.delete("/keys/" + text(key, "id")).expect(204);

    assertThat(actions("/audit?tenant=" + tenant))
        .containsExactly(
            "key.revoked",
            "subscription.deleted",
            "delivery.cancelled",
            "delivery.retried",
            "subscription.tested",
            "subscription.rotated",
            "subscription.changed",
            "subscription.created",
            "key.created",
            "tenant.created");
  }

  @Test
  void anEntryNamesCallerTargetAndFieldsButNoValues() {
    String subscription = subscription();
    Api.Answer changed =
        api.send(
            "PATCH",
            "/subscriptions/" + subscription,
            Map.of(
                "url",
                "https://other.invalid/t0ken",
                "secret_headers",
                Map.of("Authorization", "Bearer t0ken"),
                "no_retry_statuses",
                List.of(422),
                "retry",
                Map.of("max_attempts", 3),
                "ordered",
                true,
                "on_failure",
                "skip",
                "max_block",
                60,
                "rate",
                Map.of("limit", 10, "per", "1m"),
                "max_in_flight",
                5));

    Api.Answer answer = api.get("/audit?action=subscription.changed&target=" + subscription);

    JsonNode entry = answer.expect(200).json().get("items").get(0);
    assertThat(entry.get("fields").toString())
        .isEqualTo(
            "[\"max_block\",\"max_in_flight\",\"no_retry_statuses\",\"on_failure\",\"ordered\",\"rate\",\"retry\",\"secret_headers\",\"url\"]");
    assertThat(text(entry, "actor")).isEqualTo(text(key, "id"));
    assertThat(text(entry, "tenant")).isEqualTo(tenant);
    assertThat(text(entry, "target")).isEqualTo(subscription);
    assertThat(text(entry, "address")).isEqualTo("127.0.0.1");
    assertThat(text(entry, "request_id")).isEqualTo(changed.header("homing-request-id"));
    assertThat(answer.text()).doesNotContain("t0ken");
  }

  @Test
  void aRefusedChangeLeavesNoEntry() {
    String path = "/subscriptions/" + subscription();

    api.send("PATCH", path, "{\"description\": \"x\"}", "If-Match", "\"17\"").expect(412);
    api.send("PATCH", path, "{\"url\": null}").expect(422);

    assertThat(actions("/audit?tenant=%s&action=subscription.changed".formatted(tenant))).isEmpty();
  }

  @Test
  void aRefusedCancelLeavesNoEntry() {
    api.post(
            "/subscriptions",
            Map.of(
                "url",
                "https://nowhere.invalid",
                "event_types",
                List.of("audit.a"),
                "retry",
                Map.of("max_attempts", 1)))
        .expect(201);
    String delivery = api.deliveryId(api.trigger("audit.a"));
    api.await(delivery, "failed");

    api.post("/deliveries/" + delivery + "/cancel").expect(409);

    assertThat(actions("/audit?target=" + delivery)).isEmpty();
  }

  @Test
  void eachTenantReadsItsOwn() {
    subscription();

    String own = api.get("/audit?tenant=default&limit=250").expect(200).text();
    String all = admin.get("/audit?limit=250").expect(200).text();

    assertThat(own).contains(tenant).doesNotContain("\"default\"");
    assertThat(all).contains(tenant);
    assertThat(actions("/audit?tenant=%s&actor=admin_key".formatted(tenant)))
        .containsExactly("key.created", "tenant.created");
  }

  /** More entries than are fetched at a time. */
  @Test
  void allEntriesAreExportedAsLines() {
    String subscription = subscription();
    for (int i = 0; i < 251; i++) {
      api.change(subscription, Map.of("description", "changed " + i));
    }

    Api.Answer export = api.get("/audit/export?action=subscription.changed").expect(200);

    assertThat(export.header("content-type")).startsWith("application/x-ndjson");
    List<JsonNode> lines = export.text().lines().map(JsonMapper.shared()::readTree).toList();
    assertThat(lines).hasSize(251).doesNotHaveDuplicates();
    assertThat(lines).allMatch(line -> text(line, "target").equals(subscription));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "action=nonsense",
        "since=yesterday",
        "limit=0",
        "cursor=x",
        "target=%00",
        "tenant=%00"
      })
  void invalidFiltersAreRefused(String query) {
    assertThat(api.get("/audit?" + query).expect(400).text()).contains("detail");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "update audit_log set actor = 'nobody'",
        "delete from audit_log",
        "truncate audit_log"
      })
  void entriesCannotBeChanged(String sql) {
    JdbcClient jdbc = homing.bean(JdbcClient.class);

    assertThatThrownBy(() -> jdbc.sql(sql).update()).hasMessageContaining("neither changed");
  }
}
