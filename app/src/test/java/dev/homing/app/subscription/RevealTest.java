package dev.homing.app.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.journey.Api;
import dev.homing.app.journey.RunningHoming;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/** Signing secrets are shown again to callers with the scope for that, and to nobody else. */
class RevealTest {
  private static final RunningHoming HOMING = RunningHoming.withAdminKey();
  private static final Api ADMIN = HOMING.admin();

  private static JsonNode created(Map<String, Object> more) {
    Map<String, Object> subscription = new HashMap<>(more);
    subscription.put("url", "https://example.com/hook");
    subscription.put("event_types", List.of("reveal.a"));
    return ADMIN.post("/subscriptions", subscription).expect(201).json();
  }

  private static Api with(String... scopes) {
    Api.Answer key = ADMIN.post("/keys", Map.of("tenant", "default", "scopes", scopes)).expect(201);
    return HOMING.api().authorized("Bearer " + Api.text(key.json(), "key"));
  }

  private static String revealed(Api api, String id) {
    return Api.text(api.post("/subscriptions/" + id + "/reveal").expect(200).json(), "secret");
  }

  @Test
  void showsTheSecretThatSignsNow() {
    JsonNode created = created(Map.of());
    String id = Api.text(created, "id");
    Api secrets = with("secrets");

    assertThat(revealed(secrets, id)).isEqualTo(Api.text(created, "secret"));

    JsonNode rotated = ADMIN.post("/subscriptions/" + id + "/rotate").expect(200).json();
    assertThat(revealed(secrets, id))
        .isEqualTo(Api.text(rotated, "secret"))
        .isNotEqualTo(Api.text(created, "secret"));
    JsonNode entries =
        ADMIN.get("/audit?action=subscription.revealed&target=" + id).json().get("items");
    assertThat(entries).hasSize(2);
    assertThat(Api.text(entries.get(0), "actor")).startsWith("hk_");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/reveal", "/reveal/"})
  void otherScopesShowNoSecret(String route) {
    String id = Api.text(created(Map.of()), "id");

    assertThat(
            with("read", "manage", "publish")
                .post("/subscriptions/" + id + route)
                .expect(403)
                .text())
        .doesNotContain("whsec_");
    assertThat(ADMIN.get("/audit?action=subscription.revealed&target=" + id).json().get("items"))
        .isEmpty();
  }

  @Test
  void theScopeOpensNothingElse() {
    String id = Api.text(created(Map.of()), "id");
    Api secrets = with("secrets");

    secrets.get("/subscriptions/" + id).expect(403);
    secrets.delete("/subscriptions/" + id).expect(403);
    secrets.get("/deliveries").expect(403);
  }

  @Test
  void aSecretThatOnlyHomingMayKnowStaysHere() {
    String id = Api.text(created(Map.of("signature_scheme", "v1a")), "id");

    assertThat(ADMIN.post("/subscriptions/" + id + "/reveal").expect(409).text())
        .contains("public key")
        .doesNotContain("whsk_");
  }

  @Test
  void aSecretThatCannotBeReadSaysWhoMustAct() {
    String id = Api.text(created(Map.of()), "id");
    HOMING
        .bean(JdbcClient.class)
        .sql("update subscriptions set sealed_secret = 'gone.AAAA' where id = cast(:id as uuid)")
        .param("id", id.substring(4))
        .update();

    assertThat(ADMIN.post("/subscriptions/" + id + "/reveal").expect(409).text())
        .contains("An operator must check the encryption keys.");
  }
}
