package dev.homing.app.journey;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Retention, and the answers once an event has expired. */
class RetentionTest {
  private final RunningHoming homing = RunningHoming.shared();
  private final Api api = homing.api();
  private final JdbcClient jdbc = homing.bean(JdbcClient.class);
  @AutoClose private final ScriptedReceiver receiver = ScriptedReceiver.start();

  @Test
  void hasPartitionsForTodayAndTheWeekAheadFromTheStart() {
    UUID event = uuid(api.trigger(Types.unique()));

    String day =
        jdbc.sql("select to_char(now() at time zone 'UTC', 'YYYYMMDD')")
            .query(String.class)
            .single();
    assertThat(
            jdbc.sql("select cast(cast(tableoid as regclass) as text) from events where id = :id")
                .param("id", event)
                .query(String.class)
                .single())
        .isEqualTo("events_" + day);
    assertThat(homing.management().get("/actuator/prometheus").text())
        .contains("homing_partitions_ahead 7.0", "homing_partitions_kept 0.0")
        .contains("homing_partitions_default_rows{table=\"events\"} 0.0");
  }

  @Test
  void reportsAnExpiredPayload() {
    String event = api.subscribed(receiver).trigger();
    String delivery = api.deliveryId(event);
    api.await(delivery, "delivered");
    api.get("/events/" + event + "/payload").expect(200);

    expire("payloads", "event_id", event);

    assertThat(detail(api.get("/events/" + event + "/payload").expect(404)))
        .isEqualTo("The payload of event %s has expired.".formatted(event));
    assertThat(detail(api.post("/deliveries/" + delivery + "/retry").expect(409)))
        .isEqualTo("The payload has expired. Publish the event again.");
    api.get("/events/" + event).expect(200);
    assertThat(Api.text(api.delivery(delivery), "state")).isEqualTo("delivered");
    assertThat(receiver.receipts()).hasSize(1);
  }

  @Test
  void expiredEventsAreNotFound() {
    String event = api.subscribed(receiver).trigger();
    String delivery = api.deliveryId(event);
    api.await(delivery, "delivered");

    expire("payloads", "event_id", event);
    expire("events", "id", event);
    expire("attempts", "delivery_id", delivery);

    api.get("/events/" + event).expect(404);
    api.get("/events/" + event + "/payload").expect(404);
    api.get("/deliveries/" + delivery).expect(200);
    api.post("/deliveries/" + delivery + "/retry").expect(409);

    expire("deliveries", "id", delivery);

    api.get("/deliveries/" + delivery).expect(404);
    api.post("/deliveries/" + delivery + "/retry").expect(404);
    api.post("/deliveries/" + delivery + "/cancel").expect(404);
    assertThat(api.deliveriesOf(event)).isEmpty();
  }

  private void expire(String table, String key, String id) {
    int rows =
        jdbc.sql("delete from %s where %s = :id".formatted(table, key))
            .param("id", uuid(id))
            .update();
    assertThat(rows).as(table).isEqualTo(1);
  }

  private static UUID uuid(String id) {
    return UUID.fromString(id.substring(4));
  }

  private static String detail(Api.Answer problem) {
    return Api.text(problem.json(), "detail");
  }
}
