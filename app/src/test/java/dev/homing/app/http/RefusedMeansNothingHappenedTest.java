package dev.homing.app.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.journey.Api;
import dev.homing.app.journey.RunningHoming;
import dev.homing.app.journey.ScriptedReceiver;
import dev.homing.app.journey.Subscribed;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Routes that change something, called with {@code Accept} headers they cannot satisfy. */
class RefusedMeansNothingHappenedTest {
  /** Nobody else changes anything there. */
  private static final RunningHoming HOMING = RunningHoming.apart("refused");

  @AfterAll
  static void stop() {
    HOMING.close();
  }

  private final Api api = HOMING.api();
  @AutoClose private final ScriptedReceiver receiver = ScriptedReceiver.start();

  /** The path and body of one successful call of a route. */
  private record Call(Supplier<String> path, Supplier<String> body) {}

  private final Map<String, Call> calls =
      Map.ofEntries(
          Map.entry("POST /webhooks/{type}", new Call(() -> "/webhooks/a.b", () -> "{}")),
          Map.entry("POST /subscriptions", new Call(() -> "/subscriptions", this::terms)),
          Map.entry("PUT /subscriptions/{id}", new Call(this::subscription, this::terms)),
          Map.entry(
              "PATCH /subscriptions/{id}",
              new Call(this::subscription, () -> "{\"description\": \"%s\"}".formatted(unique()))),
          Map.entry("DELETE /subscriptions/{id}", new Call(this::subscription, () -> "")),
          Map.entry(
              "POST /subscriptions/{id}/test", new Call(() -> subscription() + "/test", () -> "")),
          Map.entry(
              "POST /subscriptions/{id}/rotate",
              new Call(() -> subscription() + "/rotate", () -> "{\"grace_period\": 0}")),
          Map.entry(
              "POST /subscriptions/{id}/reveal",
              new Call(() -> subscription() + "/reveal", () -> "")),
          Map.entry("POST /deliveries/{id}/retry", new Call(() -> waiting() + "/retry", () -> "")),
          Map.entry(
              "POST /deliveries/{id}/cancel", new Call(() -> waiting() + "/cancel", () -> "")),
          Map.entry(
              "POST /tenants",
              new Call(() -> "/tenants", () -> "{\"name\": \"%s\"}".formatted(unique()))),
          Map.entry(
              "PATCH /tenants/{name}", new Call(this::tenant, () -> "{\"max_in_flight\": 5}")),
          Map.entry(
              "POST /keys",
              new Call(() -> "/keys", () -> "{\"tenant\": \"default\", \"scopes\": [\"read\"]}")),
          Map.entry("DELETE /keys/{id}", new Call(this::key, () -> "")),
          Map.entry("POST /portal-links", new Call(() -> "/portal-links", () -> "{}")),
          Map.entry("DELETE /portal-links/{id}", new Call(this::portalLink, () -> "")),
          Map.entry(
              "POST /admin/reconciliation", new Call(() -> "/admin/reconciliation", () -> "")),
          Map.entry("POST /admin/encryption", new Call(() -> "/admin/encryption", () -> "")));

  @Test
  void everyRouteThatChangesSomethingIsCovered() {
    assertThat(
            HOMING.routes().stream()
                .filter(route -> !route.startsWith("GET "))
                .collect(Collectors.toSet()))
        .isEqualTo(calls.keySet());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Accept: text/html",
        "Accept: text/plain",
        "Accept: application/xml;q=0.9, image/*",
        "Accept: application/json;q=0",
        "Accept: nonsense",
        "Accept: ,;=",
        "Accept-Charset: utf-16",
        "Accept-Language: tlh",
        "Accept-Encoding: br;q=1, identity;q=0, *;q=0",
        "Range: bytes=0-3",
        "Range: lines=a",
        "If-None-Match: *",
        "If-Match: \"17\"",
        "If-Match: nonsense",
        "If-Modified-Since: Sat, 01 Jan 2050 00:00:00 GMT",
        "If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT",
        "If-Range: \"1\"",
        "Expect: 200-ok",
        "TE: trailers, nonsense",
        "Upgrade: h2c, websocket",
        "X-HTTP-Method-Override: DELETE"
      })
  void requestSucceedsInJsonOrChangesNothing(String header) throws IOException {
    for (Map.Entry<String, Call> each : calls.entrySet()) {
      String method = each.getKey().split(" ", -1)[0];
      String path = each.getValue().path().get();
      String body = each.getValue().body().get();
      String before = recordedChanges();

      Api.Answer answer = call(method, path, header, body);

      String as = "%s with %s: %s".formatted(each.getKey(), header, answer.text());
      boolean fulfilled = answer.status() >= 200 && answer.status() < 300;
      assertThat(recordedChanges().equals(before)).as(as).isEqualTo(!fulfilled);
      if (fulfilled && answer.status() != 204) {
        assertThat(answer.header("content-type")).as(as).startsWith("application/json");
        assertThat(answer.json().isObject()).as(as).isTrue();
        assertThat(answer.header("content-disposition")).as(as).isEmpty();
      } else if (!fulfilled) {
        assertThat(answer.status()).as(as).isBetween(400, 499);
        assertThat(answer.header("content-type")).as(as).isEqualTo("application/problem+json");
      }
    }
  }

  /** Counts changes by audit entries and events by rows. */
  private static String recordedChanges() {
    return HOMING
        .bean(JdbcClient.class)
        .sql(
            """
            select (select count(*) from audit_log) || ' ' || (select count(*) from events)
              || ' ' || (select coalesce(sum(version), 0) from subscriptions)
            """)
        .query(String.class)
        .single();
  }

  private static Api.Answer call(String method, String path, String header, String body)
      throws IOException {
    String contentType =
        method.equals("PATCH") ? "application/merge-patch+json" : "application/json";
    return RawCaller.call(
        HOMING.port(),
        """
        %s %s HTTP/1.1\r
        Host: localhost\r
        Connection: close\r
        Content-Type: %s\r
        Content-Length: %d\r
        %s\r
        \r
        %s\
        """
            .formatted(method, path, contentType, body.length(), header, body));
  }

  private String terms() {
    return "{\"url\": \"%s\", \"event_types\": [\"%s\"]}".formatted(receiver.url(), unique());
  }

  private String subscription() {
    return "/subscriptions/" + Api.id(api.post("/subscriptions", terms()).expect(201));
  }

  private String waiting() {
    Subscribed subscription = api.subscribed(receiver.answers(500), Api.PATIENT);
    return "/deliveries/" + subscription.newDelivery("retrying");
  }

  private String tenant() {
    String name = unique();
    api.post("/tenants", Map.of("name", name)).expect(201);
    return "/tenants/" + name;
  }

  private String portalLink() {
    return "/portal-links/" + Api.id(HOMING.admin().post("/portal-links", Map.of()).expect(201));
  }

  private String key() {
    return "/keys/"
        + Api.id(
            api.post("/keys", Map.of("tenant", "default", "scopes", List.of("read"))).expect(201));
  }

  private static String unique() {
    return "x" + UUID.randomUUID();
  }
}
