package dev.homing.app.journey;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.app.development.RealParts;
import dev.homing.app.journey.ScriptedReceiver.Reply;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

@LongWaits
class DeliveringTest {
  private final Api api = RunningHoming.shared().api();
  @AutoClose private final ScriptedReceiver receiver = ScriptedReceiver.start();
  @AutoClose private final ScriptedReceiver another = ScriptedReceiver.start();
  @AutoClose private final ScriptedReceiver third = ScriptedReceiver.start();

  @Test
  void aPublishedEventArrivesSignedWithTheShownSecret() {
    String type = Types.unique();
    Map<String, Object> subscription = Map.of("url", receiver.url(), "event_types", List.of(type));
    String secret = Api.text(api.post("/subscriptions", subscription).expect(201).json(), "secret");

    String event = api.trigger(type);

    Receipt receipt = receiver.awaitReceipts(1).getFirst();
    assertThat(receipt.isSignedWith(secret)).isTrue();
    assertThat(receipt.isSignedWith(ScriptedReceiver.SECRET)).isFalse();
    assertThat(receipt.id()).isEqualTo(event);
    assertThat(receipt.attempt()).isEqualTo(1);
    assertThat(receipt.timestamp()).isCloseTo(receipt.cameAt().getEpochSecond(), within(2L));
    assertThat(receipt.header("user-agent")).startsWith("Homing/");
  }

  private static Offset<Long> within(long seconds) {
    return Offset.offset(seconds);
  }

  @ParameterizedTest
  @MethodSource
  void payloadArrivesUnchanged(String contentType, byte[] body) {
    String type = api.subscribed(receiver).type();

    String event =
        Api.id(
            api.send(
                    "POST",
                    "/webhooks/" + type,
                    BodyPublishers.ofByteArray(body),
                    "Content-Type",
                    contentType)
                .expect(202));

    Receipt receipt = receiver.awaitReceipts(1).getFirst();
    assertThat(receipt.body()).isEqualTo(body);
    assertThat(receipt.contentType()).isEqualTo(contentType);
    assertThat(receipt.isSignedWith(ScriptedReceiver.SECRET)).isTrue();
    Api.Answer download = api.get("/events/" + event + "/payload").expect(200);
    assertThat(download.body()).isEqualTo(body);
    assertThat(download.header("content-type")).isEqualToIgnoringWhitespace(contentType);
    assertThat(download.header("content-disposition"))
        .isEqualTo("attachment; filename=\"%s\"".formatted(event));
    assertThat(download.header("x-content-type-options")).isEqualTo("nosniff");
  }

  static Stream<Arguments> payloadArrivesUnchanged() {
    return Stream.of(
        Arguments.of("application/json", "{ \"b\" :1,\n\t\"a\": 1.0,\"b\":2}\r\n ".getBytes(UTF_8)),
        Arguments.of("application/json; charset=utf-8", "\"grüße\"".getBytes(UTF_8)),
        Arguments.of("application/json", new byte[0]),
        Arguments.of("application/json", "{\"not\": \"json".getBytes(UTF_8)),
        Arguments.of("text/html", "<script>alert(1)</script>".getBytes(UTF_8)),
        Arguments.of("text/plain;charset=ISO-8859-1", "grüße".getBytes(ISO_8859_1)),
        Arguments.of("application/octet-stream", new byte[] {0, (byte) 0xff, (byte) 0xfe, 10, 0}),
        Arguments.of("application/x-www-form-urlencoded", "a=1&b=%20".getBytes(UTF_8)));
  }

  @Test
  void contentTypeDefaultsToJson() {
    String type = api.subscribed(receiver).type();

    api.send("POST", "/webhooks/" + type, BodyPublishers.ofString("{}")).expect(202);

    assertThat(receiver.awaitReceipts(1).getFirst().contentType()).isEqualTo("application/json");
  }

  @Test
  void anAcceptedEventCanBeFollowedThroughTheApi() {
    String type = Types.unique();
    String subscription =
        api.subscribe(receiver.answers(Reply.saying(200, "thanks")), type, Map.of());

    Api.Answer accepted = api.post("/webhooks/" + type, "{}").expect(202);

    String event = Api.id(accepted);
    assertThat(accepted.header("location")).isEqualTo("/events/" + event);
    assertThat(accepted.json().propertyNames())
        .containsExactlyInAnyOrder("id", "event_type", "recipients");
    assertThat(Api.text(accepted.json(), "event_type")).isEqualTo(type);
    assertThat(accepted.json().get("recipients").intValue()).isEqualTo(1);

    String id = api.deliveryId(event);
    JsonNode delivery = api.await(id, "delivered");
    assertThat(Api.text(delivery, "event_id")).isEqualTo(event);
    assertThat(Api.text(delivery, "event_type")).isEqualTo(type);
    assertThat(Api.text(delivery, "subscription_id")).isEqualTo(subscription);
    assertThat(delivery.get("reason").isNull()).isTrue();
    assertThat(delivery.get("next_attempt_at").isNull()).isTrue();
    assertThat(delivery.get("attempts")).hasSize(1);
    JsonNode attempt = delivery.get("attempts").get(0);
    assertThat(attempt.get("number").intValue()).isEqualTo(1);
    assertThat(Api.text(attempt, "outcome")).isEqualTo("delivered");
    assertThat(attempt.get("status_code").intValue()).isEqualTo(200);
    assertThat(Api.text(attempt, "response_body")).isEqualTo("thanks");
    assertThat(Instant.parse(Api.text(attempt, "started_at"))).isBefore(Instant.now());

    JsonNode shown = api.event(event);
    assertThat(shown.get("deliveries").get("delivered").intValue()).isEqualTo(1);
    assertThat(shown.get("deliveries").get("pending").intValue()).isZero();
    assertThat(Api.text(shown, "workflow_id")).isEqualTo(event);
    assertThat(api.deliveriesOf(event)).hasSize(1);
    assertThat(api.get("/events?type=" + type).json().get("items")).hasSize(1);
    assertThat(api.get("/deliveries?subscription=" + subscription).json().get("items")).hasSize(1);
    assertThat(api.get("/deliveries?state=delivered&type=" + type).json().get("items")).hasSize(1);
    assertThat(api.get("/deliveries?state=failed&type=" + type).json().get("items")).isEmpty();
  }

  @Test
  void aDeliveryIsPendingUntilItsFirstResult() {
    CountDownLatch answer = receiver.holdsBack(200);

    String event = api.subscribed(receiver).trigger();
    receiver.awaitReceipts(1);

    String id = api.deliveryId(event);
    assertThat(Api.text(api.delivery(id), "state")).isEqualTo("pending");
    assertThat(api.event(event).get("deliveries").get("pending").intValue()).isEqualTo(1);
    assertThat(api.get("/deliveries?state=pending&event=" + event).json().get("items")).hasSize(1);

    answer.countDown();
    api.await(id, "delivered");
  }

  @Test
  void retriesUntilTheReceiverAnswers200() {
    receiver.answers(500, 500, 200);

    String event = api.subscribed(receiver, Api.IMPATIENT).trigger();

    List<Receipt> receipts = receiver.awaitReceipts(3);
    assertThat(receipts).extracting(Receipt::id).containsOnly(event);
    assertThat(receipts).extracting(Receipt::attempt).containsExactly(1, 2, 3);
    assertThat(receipts).extracting(Receipt::timestamp).isSorted();
    assertThat(receipts.getLast().timestamp()).isGreaterThan(receipts.getFirst().timestamp());
    assertThat(receipts).allMatch(receipt -> receipt.isSignedWith(ScriptedReceiver.SECRET));
    JsonNode delivery = api.await(api.deliveryId(event), "delivered");
    assertThat(delivery.get("attempt_count").intValue()).isEqualTo(3);
    assertThat(delivery.get("round").intValue()).isEqualTo(1);
    assertThat(delivery.get("attempts").valueStream().map(a -> a.get("status_code").intValue()))
        .containsExactly(500, 500, 200);
    assertThat(receiver.receipts()).hasSize(3);
  }

  @Test
  void anUnreachableReceiverGetsItWhenItIsBack() {
    Subscribed subscription = api.subscribed(receiver, Api.IMPATIENT);
    receiver.goDown();

    String id = subscription.newDelivery();

    JsonNode waiting = api.await(id, "retrying");
    assertThat(Api.text(waiting.get("attempts").get(0), "outcome")).isEqualTo("connection_refused");
    receiver.comeBack();
    receiver.awaitReceipts(1);
    api.await(id, "delivered");
  }

  @Test
  void sendsToMatchingPatternsOnly() {
    String type = Types.unique("order.created");
    String first = type.substring(0, type.indexOf('.'));
    api.subscribe(receiver, first + ".*", Map.of());
    api.subscribe(another, type, Map.of());
    api.subscribe(third, first + ".order", Map.of());

    String deep = api.trigger(type);
    String shallow = api.trigger(first + ".order");

    receiver.awaitEvents(List.of(deep, shallow));
    another.awaitEvents(List.of(deep));
    third.awaitEvents(List.of(shallow));
    assertThat(another.receipts()).extracting(Receipt::id).containsExactly(deep);
    assertThat(third.receipts()).extracting(Receipt::id).containsExactly(shallow);
    assertThat(api.event(deep).get("recipients").intValue()).isEqualTo(2);
  }

  @Test
  void oneReceiversFailureAffectsNoOthers() {
    String type = Types.unique();
    String well = api.subscribe(receiver, type, Map.of());
    String broken = api.subscribe(another.answers(503), type, Api.ONCE);
    String recovering = api.subscribe(third.answers(500, 200), type, Api.IMPATIENT);

    String event = api.trigger(type);

    api.await(api.deliveryId(event, well), "delivered");
    api.await(api.deliveryId(event, broken), "failed");
    api.await(api.deliveryId(event, recovering), "delivered");
    JsonNode counts = api.event(event).get("deliveries");
    assertThat(counts.get("delivered").intValue()).isEqualTo(2);
    assertThat(counts.get("failed").intValue()).isEqualTo(1);
    assertThat(receiver.receipts()).hasSize(1);
    assertThat(another.receipts()).hasSize(1);
    assertThat(third.receipts()).hasSize(2);
  }

  @Test
  void anEventWithoutRecipientsStillHasAWorkflow() {
    Api.Answer accepted = api.post("/webhooks/" + Types.unique(), "{}").expect(202);

    String event = Api.id(accepted);
    assertThat(accepted.json().get("recipients").intValue()).isZero();
    assertThat(api.deliveriesOf(event)).isEmpty();
    await()
        .pollInterval(Duration.ofMillis(200))
        .ignoreExceptions()
        .untilAsserted(
            () ->
                assertThat(
                        RealParts.shared()
                            .temporal()
                            .cli("workflow", "describe", "-w", event, "-o", "json"))
                    .contains("WORKFLOW_EXECUTION_STATUS_COMPLETED"));
  }

  @Test
  void waitsAsLongAsTheReceiverAsks() {
    receiver.answers(
        Reply.status(503, "Retry-After", "3"),
        Reply.status(429, "Retry-After", "3"),
        Reply.status(200));

    String delivery = api.subscribed(receiver, Api.IMPATIENT).newDelivery();

    assertThat(wait(api.await(delivery, "retrying")))
        .isBetween(Duration.ofMillis(2_900), Duration.ofMillis(3_700));
    List<Receipt> receipts = receiver.awaitReceipts(3);
    for (int i = 1; i < 3; i++) {
      assertThat(Duration.between(receipts.get(i - 1).cameAt(), receipts.get(i).cameAt()))
          .isGreaterThan(Duration.ofMillis(2_900));
    }
  }

  /** From its last attempt to the next one. */
  private static Duration wait(JsonNode delivery) {
    return Duration.between(
        Instant.parse(Api.text(delivery, "updated_at")),
        Instant.parse(Api.text(delivery, "next_attempt_at")));
  }

  @Test
  void aNameThatIsNotFoundIsNotLookedUpAgainAtOnce() {
    Map<String, Object> terms = Map.of("retry", Map.of("initial_interval", "1s"));
    Subscribed subscription = api.subscribed(receiver, terms);
    api.change(subscription.id(), Map.of("url", "http://nowhere.invalid/"));

    JsonNode waiting = api.await(subscription.newDelivery(), "retrying");

    assertThat(Api.text(waiting.get("attempts").get(0), "outcome")).isEqualTo("dns_failed");
    assertThat(wait(waiting)).isBetween(Duration.ofSeconds(30), Duration.ofSeconds(36));
  }

  @Test
  void aReceiverThatIsGoneGetsNothingMore() {
    Subscribed subscription = api.subscribed(receiver.answers(500, 410), Api.PATIENT);
    String waiting = subscription.newDelivery("retrying");

    String last = subscription.newDelivery();

    assertThat(Api.text(api.await(last, "cancelled"), "reason")).isEqualTo("gone");
    assertThat(Api.text(api.await(waiting, "cancelled"), "reason")).isEqualTo("gone");
    JsonNode shown = api.get(subscription.path()).json();
    assertThat(shown.get("enabled").booleanValue()).isFalse();
    assertThat(Api.text(shown, "disabled_reason")).isEqualTo("gone");
    assertThat(api.event(subscription.trigger()).get("recipients").intValue()).isZero();
    api.post("/deliveries/" + waiting + "/retry").expect(409);

    receiver.answers(200);
    api.change(subscription.id(), Map.of("enabled", true));
    assertThat(api.get(subscription.path()).json().get("disabled_reason").isNull()).isTrue();
    api.post("/deliveries/" + waiting + "/retry").expect(202);
    api.await(waiting, "delivered");
  }

  @Test
  void otherSubscriptionsLearnThatOneWasDisabled() {
    String told = api.subscribe(another, "homing.subscription.disabled", Map.of());
    Subscribed gone = api.subscribed(receiver.answers(410));

    api.await(gone.newDelivery(), "cancelled");

    Receipt receipt =
        await()
            .until(
                () ->
                    another.receipts().stream()
                        .filter(each -> each.text().contains(gone.id()))
                        .findFirst(),
                Optional::isPresent)
            .orElseThrow();
    assertThat(receipt.text())
        .contains("\"type\":\"homing.subscription.disabled\"", "\"reason\":\"gone\"");
    assertThat(receipt.isSignedWith(ScriptedReceiver.SECRET)).isTrue();
    api.delete("/subscriptions/" + told).expect(204);
  }

  @Test
  void aReceiverCanAbortADelivery() {
    Reply abort = Reply.status(503, "Webhook-Delivery", "abort-message");
    Subscribed subscription = api.subscribed(receiver.answers(abort), Api.IMPATIENT);

    JsonNode first = api.await(subscription.newDelivery(), "cancelled");

    assertThat(Api.text(first, "reason")).isEqualTo("aborted");
    assertThat(Api.text(first.get("attempts").get(0).get("response_headers"), "webhook-delivery"))
        .isEqualTo("abort-message");

    receiver.answers(Reply.status(500), abort);
    JsonNode second = api.await(subscription.newDelivery(), "cancelled");

    assertThat(Api.text(second, "reason")).isEqualTo("aborted");
    assertThat(second.get("attempt_count").intValue()).isEqualTo(2);
    assertThat(api.get(subscription.path()).json().get("enabled").booleanValue()).isTrue();
  }

  @Test
  void aStatusThatIsNotRetriedFailsTheDelivery() {
    Map<String, Object> terms =
        Map.of("retry", Map.of("initial_interval", "1s"), "no_retry_statuses", List.of(422));
    Subscribed subscription = api.subscribed(receiver.answers(500, 422), terms);

    JsonNode failed = api.await(subscription.newDelivery(), "failed");

    assertThat(Api.text(failed, "reason")).isEqualTo("not_retried");
    assertThat(failed.get("attempt_count").intValue()).isEqualTo(2);
  }

  @Test
  void aReceiverCanOptOut() {
    receiver.answers(Reply.status(500), Reply.status(200, "Webhook-Delivery", "disable"));
    Subscribed subscription = api.subscribed(receiver, Api.PATIENT);
    String waiting = subscription.newDelivery("retrying");

    subscription.newDelivery("delivered");

    assertThat(Api.text(api.await(waiting, "cancelled"), "reason")).isEqualTo("opted_out");
    JsonNode shown = api.get(subscription.path()).json();
    assertThat(shown.get("enabled").booleanValue()).isFalse();
    assertThat(Api.text(shown, "disabled_reason")).isEqualTo("opted_out");
    assertThat(api.event(subscription.trigger()).get("recipients").intValue()).isZero();
    assertThat(api.post("/deliveries/" + waiting + "/retry").expect(409).text())
        .contains("its receiver asked for it");
  }

  @Test
  void aRetryGoesToTheCorrectedUrl() {
    Subscribed subscription = api.subscribed(receiver.answers(404), Api.TWICE);
    String event = subscription.trigger();
    String id = api.deliveryId(event);
    assertThat(Api.text(api.await(id, "failed"), "reason")).isEqualTo("schedule_over");
    assertThat(receiver.receipts()).hasSize(2);

    api.change(subscription.id(), Map.of("url", another.url()));
    JsonNode again = api.post("/deliveries/" + id + "/retry").expect(202).json();

    assertThat(again.get("round").intValue()).isEqualTo(2);
    JsonNode delivered = api.await(id, "delivered");
    assertThat(delivered.get("attempt_count").intValue()).isEqualTo(3);
    assertThat(delivered.get("attempts").valueStream().map(a -> a.get("round").intValue()))
        .containsExactly(1, 1, 2);
    Receipt receipt = another.awaitReceipts(1).getFirst();
    assertThat(receipt.id()).isEqualTo(event);
    assertThat(receipt.attempt()).isEqualTo(3);
    assertThat(receiver.receipts()).hasSize(2);
  }

  @Test
  void aSlowReceiverIsTimedOutAndRetried() {
    receiver.holdsBack(200, 204);
    Map<String, Object> hurried =
        Map.of("timeout", "1s", "retry", Map.of("initial_interval", "1s"));

    String id = api.subscribed(receiver, hurried).newDelivery();

    JsonNode delivered = api.await(id, "delivered");
    assertThat(delivered.get("attempts").valueStream().map(a -> Api.text(a, "outcome")))
        .containsExactly("timed_out", "delivered");
  }
}
