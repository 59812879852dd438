package dev.homing.app.limit;

import static dev.homing.app.journey.Api.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.app.development.Port;
import dev.homing.app.development.RealParts;
import dev.homing.app.journey.Api;
import dev.homing.app.journey.RunningHoming;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Answers to callers that exceed a quota. */
class LimitsTest {
  private static final RunningHoming HOMING =
      RunningHoming.start(
          Map.of(
              "DATABASE_URL",
              RealParts.shared().postgres().database("limits"),
              "REDIS_URL",
              RealParts.shared().redis().url(),
              "TEMPORAL_ADDRESS",
              "127.0.0.1:" + Port.free(),
              "HOMING_ADMIN_KEY",
              RunningHoming.ADMIN_KEY,
              "HOMING_KEY_REQUESTS",
              "3",
              "HOMING_TENANT_REQUESTS",
              "1000",
              "HOMING_TENANT_BYTES",
              "1000",
              "HOMING_MAX_PAYLOAD",
              "2000B"));

  private final String tenant = "limited-" + UUID.randomUUID();
  private final Api api = key();

  @AfterAll
  static void stop() {
    HOMING.close();
  }

  /** The operator's key has the same quota. */
  private Api key() {
    Api admin = HOMING.admin();
    await().until(() -> admin.post("/tenants", Map.of("name", tenant)).status() != 429);
    Api.Answer made =
        await()
            .until(
                () ->
                    admin.post(
                        "/keys", Map.of("tenant", tenant, "scopes", List.of("read", "publish"))),
                answer -> answer.status() == 201);
    return HOMING.api().authorized("Bearer " + text(made.json(), "key"));
  }

  /** Repeats requests without a pause until one is refused. */
  private Api.Answer refusal() {
    return await()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(1))
        .until(() -> api.get("/events"), answer -> answer.status() == 429);
  }

  @Test
  void tooManyRequestsGet429WithRetryAfter() {
    Api.Answer first = api.get("/events").expect(200);
    assertThat(first.header("ratelimit-policy"))
        .isEqualTo("\"key\";q=3;w=1, \"tenant\";q=1000;w=1");
    assertThat(first.header("ratelimit")).startsWith("\"key\";r=").contains(";t=1");

    Api.Answer refused = refusal();

    assertThat(refused.header("retry-after")).isEqualTo("1");
    assertThat(refused.header("content-type")).startsWith("application/problem+json");
    assertThat(text(refused.json(), "type")).endsWith("#quota-exceeded");
    assertThat(refused.json().get("violated-policies").toString()).isEqualTo("[\"key\"]");
    await().until(() -> api.get("/events").status() == 200);
  }

  @Test
  void bytesAreCountedAsWell() {
    byte[] large = new byte[2000];

    await().until(() -> publish(large).status() == 202);
    Api.Answer refused =
        await()
            .until(
                () -> publish(large),
                answer -> answer.status() == 429 && answer.text().contains("tenant-bytes"));

    assertThat(refused.header("ratelimit-policy"))
        .endsWith("\"tenant-bytes\";q=1000;w=1;qu=\"content-bytes\"");
  }

  private Api.Answer publish(byte[] payload) {
    return api.send("POST", "/webhooks/nobody.hears.this", BodyPublishers.ofByteArray(payload));
  }

  @Test
  void otherKeysAreNotAffected() {
    Api other = key();
    refusal();

    assertThat(other.get("/events").status()).isEqualTo(200);
  }
}
