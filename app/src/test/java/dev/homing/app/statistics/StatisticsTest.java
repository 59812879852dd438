package dev.homing.app.statistics;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.activities.statistics.FlushCounters;
import dev.homing.app.database.DatabaseUrl;
import dev.homing.app.development.RealParts;
import dev.homing.app.journey.Api;
import dev.homing.app.journey.RunningHoming;
import dev.homing.app.journey.ScriptedReceiver;
import dev.homing.app.journey.Subscribed;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.JsonNode;

/** How attempts go, as callers see it. */
class StatisticsTest {
  private final RunningHoming homing = RunningHoming.shared();
  private final Api api = homing.api();
  @AutoClose private final ScriptedReceiver receiver = ScriptedReceiver.start();

  /** Once so many attempts have been counted. */
  private JsonNode stats(String path, int attempts) {
    return await()
        .until(
            () -> {
              homing.bean(FlushCounters.class).flush();
              return api.get(path).expect(200).json();
            },
            stats -> attempts(stats) >= attempts);
  }

  private static int attempts(JsonNode stats) {
    return stats.get("total").get("attempts").intValue();
  }

  @Test
  void tellHowAttemptsForASubscriptionWent() {
    receiver.answers(200, 503);
    Subscribed subscription = api.subscribed(receiver, Api.ONCE);
    subscription.newDelivery("delivered");
    subscription.newDelivery("failed");

    JsonNode stats = stats(subscription.path() + "/stats", 2);

    JsonNode total = stats.get("total");
    assertThat(total.get("attempts").intValue()).isEqualTo(2);
    assertThat(total.get("outcomes").toString()).isEqualTo("{\"delivered\":1,\"refused\":1}");
    assertThat(total.get("failed").intValue()).isEqualTo(1);
    assertThat(total.get("cancelled").intValue()).isZero();
    assertThat(total.get("took_p50_millis").intValue()).isBetween(0, 30_000);
    assertThat(total.get("took_p95_millis").intValue())
        .isGreaterThanOrEqualTo(total.get("took_p50_millis").intValue());
    assertThat(total.get("age_p50_millis").intValue()).isBetween(1, 30_000);
    assertThat(stats.get("items").get(0).get("hour").stringValue())
        .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:00:00Z");
    assertThat(stats.get("waiting").intValue()).isZero();
    assertThat(stats.get("oldest").isNull()).isTrue();
    assertThat(stats.get("missing")).isEmpty();
  }

  @Test
  void groupAttempts() {
    receiver.answers(503);
    Subscribed failing = api.subscribed(receiver, Api.PATIENT);
    failing.newDelivery("retrying");

    JsonNode waiting = stats(failing.path() + "/stats?by=day", 1);
    assertThat(waiting.get("waiting").intValue()).isEqualTo(1);
    assertThat(Instant.parse(waiting.get("oldest").stringValue()))
        .isBetween(Instant.now().minusSeconds(60), Instant.now());
    assertThat(waiting.get("items").get(0).get("day").stringValue()).endsWith("T00:00:00Z");
    assertThat(stats("/stats?by=event_type&event_type=" + failing.type(), 1).get("items"))
        .singleElement()
        .satisfies(
            item -> {
              assertThat(Api.text(item, "event_type")).isEqualTo(failing.type());
              assertThat(item.get("attempts").intValue()).isEqualTo(1);
              assertThat(item.get("age_p50_millis").isNull()).isTrue();
            });
    assertThat(stats("/stats?by=subscription&event_type=" + failing.type(), 1).get("items"))
        .singleElement()
        .satisfies(item -> assertThat(Api.text(item, "subscription_id")).isEqualTo(failing.id()));
    assertThat(stats("/stats", 1).get("items")).isNotEmpty();
  }

  @Test
  void coverWholeHours() {
    JsonNode stats =
        stats("/stats?since=2026-03-01T10:30:00Z&until=2026-03-02T11:00:00Z&by=event_type", 0);

    assertThat(stats.get("since").stringValue()).isEqualTo("2026-03-01T10:00:00Z");
    assertThat(stats.get("until").stringValue()).isEqualTo("2026-03-02T11:00:00Z");
    assertThat(stats.get("items")).isEmpty();
    assertThat(stats.get("total").get("took_p95_millis").isNull()).isTrue();
  }

  @Test
  void endBeforeYearsThatHaveFiveDigits() {
    JsonNode stats = stats("/stats?until=9999-12-31T23:59:59Z", 0);

    assertThat(stats.get("since").stringValue()).isEqualTo("9999-12-30T23:00:00Z");
    assertThat(stats.get("until").stringValue()).isEqualTo("9999-12-31T23:00:00Z");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "by=minute",
        "event_type=order.*",
        "since=yesterday",
        "since=2026-03-02T00:00:00Z&until=2026-03-02T00:00:00Z",
        "since=2026-01-01T00:00:00Z&until=2026-02-01T00:00:01Z",
        "since=2026-01-01T00:00:00Z&until=2026-01-08T00:00:01Z&by=subscription",
      })
  void refuseWhatTheyCannotTell(String query) {
    api.get("/stats?" + query).expect(400);
  }

  @Test
  void ofASubscriptionAreNotGroupedBySubscription() {
    Subscribed subscription = api.subscribed(receiver);

    assertThat(api.get(subscription.path() + "/stats?by=subscription").expect(400).text())
        .contains("by must be one of hour, day, event_type");
  }

  /** A locked table stands for one that takes too long to read. */
  @Test
  void nameNumbersThatDoNotComeInTime() {
    try (RunningHoming alone = RunningHoming.startAlone("slow_statistics", Map.of())) {
      Subscribed subscription = alone.api().subscribed(receiver);
      JdbcClient jdbc = alone.bean(JdbcClient.class);

      JsonNode stats =
          alone
              .bean(TransactionTemplate.class)
              .execute(
                  _ -> {
                    jdbc.sql("lock table attempt_counts in access exclusive mode").update();
                    return alone.api().get(subscription.path() + "/stats").expect(200).json();
                  });

      assertThat(stats.get("total").isNull()).isTrue();
      assertThat(stats.get("items").isNull()).isTrue();
      assertThat(stats.get("waiting").intValue()).isZero();
      assertThat(stats.get("missing").toString()).isEqualTo("[\"total\",\"items\"]");
    }
  }

  @Test
  void areStoredWhenANodeStops() {
    String database = "stopped_statistics";
    Subscribed subscription;
    try (RunningHoming alone = RunningHoming.startAlone(database, Map.of())) {
      subscription = alone.api().subscribed(receiver);
      subscription.newDelivery("delivered");
    }

    assertThat(
            jdbc(database)
                .sql(
                    """
                    select sum(attempts) from attempt_counts
                    where subscription_id = :id and event_type = ''
                    """)
                .param("id", UUID.fromString(subscription.id().substring(4)))
                .query(Integer.class)
                .single())
        .isEqualTo(1);
  }

  private static JdbcClient jdbc(String database) {
    DatabaseUrl url =
        DatabaseUrl.parse(RealParts.shared().postgres().database(database)).orElseThrow();
    return JdbcClient.create(
        new DriverManagerDataSource(
            url.getJdbcUrl(),
            requireNonNull(url.getUsername()),
            requireNonNull(url.getPassword())));
  }

  @Test
  void areStoredEveryTenSeconds() {
    Subscribed subscription = api.subscribed(receiver);
    subscription.newDelivery("delivered");

    await().until(() -> attempts(api.get(subscription.path() + "/stats").json()) == 1);
  }
}
