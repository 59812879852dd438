package dev.homing.app.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.journey.Api;
import dev.homing.app.journey.Receipt;
import dev.homing.app.journey.RunningHoming;
import dev.homing.app.journey.ScriptedReceiver;
import dev.homing.app.journey.Subscribed;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Secrets do not move with a subscription to another host. */
class MoveTest {
  private static final String BEFORE = "https://receiver.invalid/a";
  private static final HeldCertificate CLIENT = new HeldCertificate.Builder().build();
  private static final String DROPPED =
      "[\"secret_headers.Authorization\",\"secret_headers.X-Token\",\"tls.certificate\",\"tls.key\"]";

  private final Api api = RunningHoming.shared().api();

  private String registered() {
    return "/subscriptions/"
        + Api.id(
            api.post(
                    "/subscriptions",
                    Map.of(
                        "url",
                        BEFORE,
                        "event_types",
                        List.of("a"),
                        "headers",
                        Map.of("X-Team", "blue"),
                        "secret_headers",
                        Map.of("Authorization", "Bearer t0ken", "X-Token", "t0ken"),
                        "tls",
                        Map.of(
                            "authority",
                            CLIENT.certificatePem(),
                            "certificate",
                            CLIENT.certificatePem(),
                            "key",
                            CLIENT.privateKeyPkcs8Pem())))
                .expect(201));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://other.invalid/a",
        "https://receiver.invalid.evil.invalid/a",
        "https://sub.receiver.invalid/a",
        "https://receiver.invalid:8443/a"
      })
  void anotherOriginGetsNoneOfTheOldSecrets(String url) {
    for (String method : List.of("PUT", "PATCH")) {
      String path = registered();
      ObjectNode shown = (ObjectNode) api.get(path).expect(200).json();
      shown.put("url", url);

      JsonNode moved =
          api.send(method, path, method.equals("PUT") ? shown : Map.of("url", url))
              .expect(200)
              .json();

      assertThat(moved.get("dropped").toString()).isEqualTo(DROPPED);
      assertThat(moved.get("secret_headers")).isEmpty();
      assertThat(moved.get("headers").toString()).isEqualTo("{\"X-Team\":\"blue\"}");
      assertThat(moved.get("tls").get("certificate").isNull()).isTrue();
      assertThat(Api.text(moved.get("tls"), "authority")).isEqualTo(CLIENT.certificatePem());
      assertThat(api.get(path).json().has("dropped")).isFalse();
      assertThat(changedFields(path)).isEqualTo("[\"secret_headers\",\"tls\",\"url\"]");
      assertThat(api.send(method, path, moved).expect(200).json().has("dropped")).isFalse();
    }
  }

  @Test
  void plainHttpGetsNoSecretOfHttps() {
    String path = registered();
    api.send("PATCH", path, "{\"tls\": null}").expect(200);

    JsonNode moved =
        api.send("PATCH", path, Map.of("url", BEFORE.replace("https", "http"))).expect(200).json();

    assertThat(moved.get("dropped")).hasSize(2);
    assertThat(moved.get("secret_headers")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://receiver.invalid/b?c",
        "HTTPS://RECEIVER.invalid:443/a",
        "https://receiver.invalid./a"
      })
  void theSameOriginKeepsThem(String url) {
    String path = registered();

    JsonNode changed = api.send("PATCH", path, Map.of("url", url)).expect(200).json();

    assertThat(changed.has("dropped")).isFalse();
    assertThat(changed.get("secret_headers")).hasSize(2);
    assertThat(Api.text(changed.get("tls"), "key")).isEqualTo("***");
  }

  @Test
  void secretsInTheSameRequestGoToTheNewHost() {
    String path = registered();

    JsonNode moved =
        api.send(
                "PATCH",
                path,
                Map.of(
                    "url", "https://other.invalid/",
                    "secret_headers", Map.of("authorization", "Bearer other"),
                    "tls", Map.of("key", CLIENT.privateKeyPkcs8Pem())))
            .expect(200)
            .json();

    assertThat(moved.get("dropped").toString()).isEqualTo("[\"secret_headers.X-Token\"]");
    assertThat(moved.get("secret_headers").toString()).isEqualTo("{\"authorization\":\"***\"}");
    assertThat(Api.text(moved.get("tls"), "key")).isEqualTo("***");
  }

  /** A secret that was never set is asked for, not dropped. */
  @Test
  void keepingAMissingSecretIsRefused() {
    String path = registered();

    api.send(
            "PATCH",
            path,
            Map.of("url", "https://other.invalid/", "secret_headers", Map.of("X-New", "***")))
        .expect(422);
    assertThat(Api.text(api.get(path).json(), "url")).isEqualTo(BEFORE);
  }

  @Test
  void theNextAttemptGoesThereWithoutThem() {
    try (ScriptedReceiver before = ScriptedReceiver.start();
        ScriptedReceiver after = ScriptedReceiver.start()) {
      Map<String, Object> more = new HashMap<>(Api.IMPATIENT);
      more.put("secret_headers", Map.of("Authorization", "Bearer t0ken"));
      Subscribed subscription = api.subscribed(before.answers(500), more);
      subscription.trigger();
      before.awaitReceipts(1);

      api.change(subscription.id(), Map.of("url", after.url()));

      Receipt receipt = after.awaitReceipts(1).getFirst();
      assertThat(receipt.headers()).doesNotContainKey("authorization");
      assertThat(receipt.isSignedWith(ScriptedReceiver.SECRET)).isTrue();
    }
  }

  private String changedFields(String path) {
    return api.get("/audit?action=subscription.changed&limit=1&target=" + path.substring(15))
        .expect(200)
        .json()
        .get("items")
        .get(0)
        .get("fields")
        .toString();
  }
}
