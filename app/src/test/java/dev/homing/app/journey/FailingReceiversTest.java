package dev.homing.app.journey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.activities.failing.DisableFailing;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Receivers that do nothing but fail. */
class FailingReceiversTest {
  private static RunningHoming homing;

  private final Api api = newTenant();

  @AutoClose private final ScriptedReceiver receiver = ScriptedReceiver.start();

  /** Without Redis and Temporal: first attempts need neither. */
  @BeforeAll
  static void startIt() {
    homing =
        RunningHoming.startAlone(
            "failing",
            Map.of(
                "HOMING_ADMIN_KEY",
                RunningHoming.ADMIN_KEY,
                "HOMING_OWN_RETRIES",
                "0",
                "HOMING_ALLOW_DESTINATIONS",
                "127.0.0.0/8"));
  }

  @AfterAll
  static void stopIt() {
    homing.close();
  }

  /** Its requests have a role of their own in PostgreSQL. */
  private Api newTenant() {
    String name = "failing-" + UUID.randomUUID();
    homing.admin().post("/tenants", Map.of("name", name)).expect(201);
    Api.Answer key =
        homing
            .admin()
            .post("/keys", Map.of("tenant", name, "scopes", List.of("publish", "read", "manage")))
            .expect(201);
    return homing.api().authorized("Bearer " + Api.text(key.json(), "key"));
  }

  @Test
  void aReceiverThatOnlyFailsIsDisabledUntilItsOwnerEnablesIt() {
    Subscribed subscription = api.subscribed(receiver.answers(500), Api.PATIENT);
    String waiting = subscription.newDelivery("retrying");
    homing.ageFailures(subscription);

    homing.bean(DisableFailing.class).run();

    assertThat(Api.text(api.await(waiting, "cancelled"), "reason")).isEqualTo("failing");
    JsonNode shown = api.get(subscription.path()).json();
    assertThat(shown.get("enabled").booleanValue()).isFalse();
    assertThat(Api.text(shown, "disabled_reason")).isEqualTo("failing");
    assertThat(api.event(subscription.trigger()).get("recipients").intValue()).isZero();
    assertThat(api.post("/deliveries/" + waiting + "/retry").expect(409).text())
        .contains("its receiver only failed");

    api.change(subscription.id(), Map.of("enabled", true));

    subscription.newDelivery("retrying");
    homing.bean(DisableFailing.class).run();
    assertThat(api.get(subscription.path()).json().get("disabled_reason").isNull()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"enabled", "url"})
  void failuresBeforeTheOwnersChangeDoNotCount(String field) {
    Subscribed subscription = api.subscribed(receiver.answers(500), Api.PATIENT);
    subscription.newDelivery("retrying");
    homing.ageFailures(subscription);

    if (field.equals("enabled")) {
      api.change(subscription.id(), Map.of("enabled", false));
      api.change(subscription.id(), Map.of("enabled", true));
    } else {
      api.change(subscription.id(), Map.of("url", receiver.url() + "/moved"));
    }
    homing.bean(DisableFailing.class).run();

    assertThat(api.get(subscription.path()).json().get("enabled").booleanValue()).isTrue();
  }

  @Test
  void oneSuccessIsEnough() {
    Subscribed subscription = api.subscribed(receiver.answers(500, 200, 500), Api.PATIENT);
    subscription.newDelivery("retrying");
    homing.ageFailures(subscription);
    subscription.newDelivery("delivered");
    subscription.newDelivery("retrying");

    homing.bean(DisableFailing.class).run();

    assertThat(api.get(subscription.path()).json().get("enabled").booleanValue()).isTrue();
  }
}
