package dev.homing.app.journey;

import static java.time.temporal.ChronoUnit.HOURS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class SubscriptionsTest {
  private final Api api = RunningHoming.shared().api();
  @AutoClose private final ScriptedReceiver receiver = ScriptedReceiver.start();

  @Test
  void aPausedSubscriptionHoldsEventsUntilEnabled() {
    Subscribed subscription = api.subscribed(receiver, Map.of("enabled", false));

    List<String> events = subscription.trigger(2);

    for (String event : events) {
      JsonNode held = api.await(api.deliveryId(event), "held");
      assertThat(Api.text(held, "reason")).isEqualTo("paused");
      assertThat(held.get("attempts")).isEmpty();
    }
    assertThat(receiver.receipts()).isEmpty();
    api.post("/deliveries/" + api.deliveryId(events.getFirst()) + "/retry").expect(409);

    api.change(subscription.id(), Map.of("enabled", true));

    receiver.awaitEvents(events);
    for (String event : events) {
      api.await(api.deliveryId(event), "delivered");
    }
    assertThat(receiver.receipts()).hasSize(2);
  }

  @Test
  void requestsCarryTheHeadersOfTheirSubscription() {
    Subscribed subscription =
        api.subscribed(
            receiver.answers(500, 200),
            Map.of(
                "headers",
                Map.of("X-Team", "blue"),
                "secret_headers",
                Map.of("Authorization", "Bearer only-the-receiver"),
                "retry",
                Map.of("initial_interval", 1)));

    subscription.trigger();

    for (Receipt receipt : receiver.awaitReceipts(2)) {
      assertThat(receipt.header("x-team")).isEqualTo("blue");
      assertThat(receipt.header("authorization")).isEqualTo("Bearer only-the-receiver");
      assertThat(receipt.isSignedWith(ScriptedReceiver.SECRET)).isTrue();
    }
    api.post(subscription.path() + "/test").expect(200);
    assertThat(receiver.awaitReceipts(3).getLast().header("x-team")).isEqualTo("blue");
  }

  @Test
  void bothSecretsSignDuringARotation() {
    Subscribed subscription = api.subscribed(receiver);

    JsonNode rotated = api.post(subscription.path() + "/rotate").expect(200).json();

    String secret = Api.text(rotated, "secret");
    Instant until = Instant.parse(Api.text(rotated, "previous_secret_until"));
    assertThat(until).isBetween(Instant.now().plus(23, HOURS), Instant.now().plus(25, HOURS));
    subscription.trigger();
    assertThat(receiver.awaitReceipts(1).getFirst())
        .matches(receipt -> receipt.isSignedWith(secret), "signed with the new one")
        .matches(receipt -> receipt.isSignedWith(ScriptedReceiver.SECRET), "and the one before");
  }

  /** From a secret that both know to one that only Homing does. */
  @Test
  void bothSchemesSignDuringAChange() throws GeneralSecurityException {
    Subscribed subscription = api.subscribed(receiver);
    String path = subscription.path();

    JsonNode rotated =
        api.post(path + "/rotate", Map.of("signature_scheme", "v1a")).expect(200).json();

    assertThat(rotated.has("secret")).isFalse();
    assertThat(Api.text(rotated, "signature_scheme")).isEqualTo("v1a");
    subscription.trigger();
    Receipt first = receiver.awaitReceipts(1).getFirst();
    assertThat(first.isSignedWith(ScriptedReceiver.SECRET)).isTrue();
    assertThat(first.isSignedFor(Api.text(rotated, "public_key"))).isTrue();

    String next =
        Api.text(
            api.post(path + "/rotate", Map.of("signature_scheme", "v1a")).expect(200).json(),
            "public_key");
    subscription.trigger();
    Receipt second = receiver.awaitReceipts(2).getLast();
    assertThat(second.isSignedFor(next)).isTrue();
    assertThat(second.isSignedFor(Api.text(rotated, "public_key"))).isTrue();
    assertThat(second.isSignedWith(ScriptedReceiver.SECRET)).isTrue();
    assertThat(api.get(path + "/keys").text())
        .contains(next, Api.text(rotated, "public_key"), "until");
  }

  /** Somebody rotates again and again while receivers have not caught up. */
  @Test
  void tenEarlierSecretsSignUntilTheirOwnEnd() throws GeneralSecurityException {
    Subscribed subscription = api.subscribed(receiver);
    String path = subscription.path();
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < 11; i++) {
      keys.addFirst(
          Api.text(
              api.post(path + "/rotate", Map.of("signature_scheme", "v1a")).expect(200).json(),
              "public_key"));
    }

    subscription.trigger();

    Receipt receipt = receiver.awaitReceipts(1).getFirst();
    for (String key : keys) {
      assertThat(receipt.isSignedFor(key)).isTrue();
    }
    assertThat(receipt.isSignedWith(ScriptedReceiver.SECRET)).isFalse();
    assertThat(receipt.header("webhook-signature").split(" ", -1)).hasSize(11);
    assertThat(receipt.header("webhook-signature").length()).isLessThan(8 * 1024);
    assertThat(
            api.get(path + "/keys")
                .expect(200)
                .json()
                .get("items")
                .valueStream()
                .map(key -> Api.text(key, "public_key")))
        .isEqualTo(keys);
  }

  @Test
  void aLaterRotationEndsNoEarlierSecretBeforeItsTime() {
    Subscribed subscription = api.subscribed(receiver);
    String path = subscription.path();
    String second = Api.text(api.post(path + "/rotate").expect(200).json(), "secret");
    JsonNode rotated = api.post(path + "/rotate", Map.of("grace_period", "1s")).expect(200).json();

    String third = Api.text(rotated, "secret");
    await()
        .untilAsserted(
            () -> {
              Receipt last = next(subscription);
              assertThat(last.isSignedWith(third)).isTrue();
              assertThat(last.isSignedWith(second)).isFalse();
              assertThat(last.isSignedWith(ScriptedReceiver.SECRET)).isTrue();
            });

    api.post(path + "/rotate", Map.of("grace_period", 0)).expect(200);
    Receipt last = next(subscription);
    assertThat(last.isSignedWith(third)).isFalse();
    assertThat(last.isSignedWith(ScriptedReceiver.SECRET)).isFalse();
  }

  /** Publishes an event, and waits for its receipt. */
  private Receipt next(Subscribed subscription) {
    int all = receiver.receipts().size() + 1;
    subscription.trigger();
    return receiver.awaitReceipts(all).getLast();
  }

  /** The public keys too are those that something is signed for. */
  @Test
  void aPublicKeyIsShownAsLongAsItIsUsed() {
    String path = api.subscribed(receiver, Map.of("enabled", false)).path();
    api.post(path + "/rotate", Map.of("signature_scheme", "v1a")).expect(200);
    api.post(path + "/rotate", Map.of("signature_scheme", "v1a", "grace_period", "1s")).expect(200);
    assertThat(api.get(path + "/keys").json().get("items")).hasSizeBetween(1, 2);

    await().until(() -> api.get(path + "/keys").json().get("items").size() == 1);
  }

  @Test
  void aNullGracePeriodIsRefused() {
    String path = api.subscribed(receiver, Map.of("enabled", false)).path();

    assertThat(api.post(path + "/rotate", "{\"grace_period\": null}").expect(422).text())
        .contains("grace_period");
  }

  @Test
  void thePreviousSecretEndsWithItsGracePeriod() {
    Subscribed subscription = api.subscribed(receiver);
    subscription.trigger(); // So that the receiver is remembered.
    receiver.awaitReceipts(1);

    JsonNode rotated =
        api.post(subscription.path() + "/rotate", Map.of("grace_period", "1s")).expect(200).json();

    String secret = Api.text(rotated, "secret");
    await()
        .untilAsserted(
            () -> {
              Receipt last = next(subscription);
              assertThat(last.isSignedWith(secret)).isTrue();
              assertThat(last.isSignedWith(ScriptedReceiver.SECRET)).isFalse();
            });
  }

  @Test
  void aLeakedSecretIsDroppedAtOnce() {
    Subscribed subscription = api.subscribed(receiver);
    String secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    String answer =
        api.post(subscription.path() + "/rotate", Map.of("grace_period", 0, "secret", secret))
            .expect(200)
            .text();

    assertThat(answer).contains(secret).doesNotContain("previous_secret_until");
    subscription.trigger();
    Receipt receipt = receiver.awaitReceipts(1).getFirst();
    assertThat(receipt.isSignedWith(secret)).isTrue();
    assertThat(receipt.isSignedWith(ScriptedReceiver.SECRET)).isFalse();
  }

  @Test
  void pausingHoldsWaitingDeliveries() {
    Subscribed subscription = api.subscribed(receiver.answers(500, 200), Api.IMPATIENT);
    String id = subscription.newDelivery();
    receiver.awaitReceipts(1);

    api.change(subscription.id(), Map.of("enabled", false));

    assertThat(api.await(id, "held").get("attempt_count").intValue()).isEqualTo(1);
    api.change(subscription.id(), Map.of("enabled", true));
    assertThat(api.await(id, "delivered").get("attempt_count").intValue()).isEqualTo(2);
  }

  @Test
  void deletingCancelsWaitingDeliveriesAndKeepsThemReadable() {
    Subscribed subscription = api.subscribed(receiver.answers(200, 500), Api.PATIENT);
    String delivered = subscription.newDelivery("delivered");
    String waiting = subscription.newDelivery("retrying");

    api.delete(subscription.path()).expect(204);

    assertThat(Api.text(api.delivery(waiting), "state")).isEqualTo("cancelled");
    assertThat(Api.text(api.delivery(waiting), "reason")).isEqualTo("subscription_deleted");
    assertThat(Api.text(api.delivery(delivered), "state")).isEqualTo("delivered");
    assertThat(api.get("/deliveries?subscription=" + subscription.id()).json().get("items"))
        .hasSize(2);
    api.get(subscription.path()).expect(404);
    api.delete(subscription.path()).expect(404);
    api.post("/deliveries/" + delivered + "/retry").expect(409);
    assertThat(api.event(subscription.trigger()).get("recipients").intValue()).isZero();
    assertThat(receiver.receipts()).hasSize(2);
  }

  @Test
  void aNewSubscriptionReceivesTheVeryNextEvent() {
    String type = Types.unique();
    assertThat(api.event(api.trigger(type)).get("recipients").intValue()).isZero();

    api.subscribe(receiver, type, Map.of());

    receiver.awaitEvents(List.of(api.trigger(type)));
  }

  @Test
  void aChangedSubscriptionReceivesItsNewTypes() {
    String after = Types.unique();
    Subscribed subscription = api.subscribed(receiver);

    api.change(subscription.id(), Map.of("event_types", List.of(after)));

    assertThat(api.event(subscription.trigger()).get("recipients").intValue()).isZero();
    receiver.awaitEvents(List.of(api.trigger(after)));
  }

  @Test
  void aTestEventGoesToOneSubscriptionAndIsNotStored() {
    receiver.answers(ScriptedReceiver.Reply.saying(202, "seen"));
    Subscribed subscription = api.subscribed(receiver);

    JsonNode result = api.post(subscription.path() + "/test").expect(200).json();

    assertThat(Api.text(result, "outcome")).isEqualTo("delivered");
    assertThat(result.get("status_code").intValue()).isEqualTo(202);
    assertThat(Api.text(result, "response_body")).isEqualTo("seen");
    Receipt receipt = receiver.receipts().getFirst();
    assertThat(receipt.id()).isEqualTo(Api.text(result, "event_id"));
    assertThat(receipt.isSignedWith(ScriptedReceiver.SECRET)).isTrue();
    assertThat(receipt.text()).contains("homing.test", subscription.id());
    api.get("/events/" + receipt.id()).expect(404);
    assertThat(api.get("/deliveries?subscription=" + subscription.id()).json().get("items"))
        .isEmpty();
  }

  @Test
  void aTestReportsAReceiverThatIsDown() {
    String path = api.subscribed(receiver).path();
    receiver.goDown();

    JsonNode result = api.post(path + "/test").expect(200).json();

    assertThat(Api.text(result, "outcome")).isEqualTo("connection_refused");
    assertThat(result.get("status_code").isNull()).isTrue();
    assertThat(Api.text(result, "error")).isNotBlank();
  }
}
