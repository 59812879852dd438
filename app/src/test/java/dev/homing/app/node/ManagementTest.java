package dev.homing.app.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.app.journey.Api;
import dev.homing.app.journey.RunningHoming;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Health and metrics, on their own port. */
class ManagementTest {
  private final Api management = RunningHoming.shared().management();
  private final Api api = RunningHoming.shared().api();

  @Test
  void isUpWhenEveryPartIs() {
    await()
        .untilAsserted(
            () -> {
              JsonNode health = management.get("/actuator/health").expect(200).json();
              assertThat(Api.text(health, "status")).isEqualTo("UP");
              assertThat(health.get("components").propertyNames())
                  .contains("db", "redis", "temporal", "clock");
            });
    management.get("/actuator/health/readiness").expect(200);
    management.get("/actuator/health/liveness").expect(200);
  }

  @Test
  void countsItsWork() {
    api.trigger("nobody.hears.this");

    String metrics = management.get("/actuator/prometheus").expect(200).text();

    assertThat(metrics.lines().filter(line -> line.startsWith("homing_")))
        .map(line -> line.split("[{ ]", 2)[0])
        .contains(
            "homing_accept_together_count",
            "homing_clock_skew_seconds",
            "homing_events_accepted_total",
            "homing_events_open",
            "homing_events_open_oldest_seconds",
            "homing_deliveries_overdue",
            "homing_deliveries_overdue_oldest_seconds",
            "homing_deliveries_parked",
            "homing_egress_down",
            "homing_workflows_stuck",
            "homing_routes_total",
            "homing_express_slots_free",
            "homing_express_slots_waiting",
            "homing_dispatcher_waiting");
  }

  /** Temporal's client has a histogram for each kind of request, queue, workflow and activity. */
  @Test
  void histogramsOfTemporalHaveSevenBuckets() {
    String metrics = management.get("/actuator/prometheus").expect(200).text();

    Map<String, Long> buckets =
        metrics
            .lines()
            .filter(line -> line.startsWith("temporal_") && line.contains("_bucket{"))
            .map(line -> line.replaceFirst("le=\"[^\"]*\".*", ""))
            .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    assertThat(buckets.keySet()).anyMatch(name -> name.contains("temporal_request_latency"));
    assertThat(buckets.values()).containsOnly(7L);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "env",
        "beans",
        "configprops",
        "heapdump",
        "threaddump",
        "loggers",
        "mappings",
        "metrics",
        "conditions",
        "flyway",
        "scheduledtasks",
        "shutdown",
        "httpexchanges"
      })
  void showsNothingElse(String endpoint) {
    management.get("/actuator/" + endpoint).expect(404);
    management.post("/actuator/" + endpoint).expect(404);
  }

  @Test
  void managementAndApiHaveSeparatePorts() throws IOException, InterruptedException {
    for (String path : List.of("/actuator", "/actuator/health", "/actuator/prometheus")) {
      api.get(path).expect(404);
    }
    for (String path : List.of("/subscriptions", "/events", "/deliveries")) {
      assertThat(status(management.base().resolve(path))).isEqualTo(404);
    }
  }

  /** Of a request to a route of the API elsewhere, which its document does not describe. */
  private static int status(URI address) throws IOException, InterruptedException {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(HttpRequest.newBuilder(address).build(), BodyHandlers.discarding())
          .statusCode();
    }
  }
}
