package dev.homing.app.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.journey.Api;
import dev.homing.app.journey.RunningHoming;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

class SubscriptionApiTest {
  private final Api api = RunningHoming.shared().api();

  private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

  private static final String FULL =
      """
      {"url": "https://example.com/hook?a=b", "event_types": ["b.*", "a"], "description": "d",
       "enabled": false, "metadata": {"k": "v", "l": "w"}, "timeout": "5s",
       "no_retry_statuses": [422, 400, 422],
       "retry": {"max_attempts": 3, "initial_interval": "2m", "max_interval": 7200}}
      """;

  @Test
  void showsTheCreatedSubscription() {
    Api.Answer created = api.post("/subscriptions", FULL).expect(201);

    String id = Api.id(created);
    assertThat(created.header("location")).isEqualTo("/subscriptions/" + id);
    JsonNode shown = api.get("/subscriptions/" + id).expect(200).json();
    assertThat(Api.text(shown, "url")).isEqualTo("https://example.com/hook?a=b");
    assertThat(shown.get("event_types").valueStream().map(JsonNode::stringValue))
        .containsExactly("a", "b.*");
    assertThat(Api.text(shown, "description")).isEqualTo("d");
    assertThat(shown.get("enabled").booleanValue()).isFalse();
    assertThat(shown.get("metadata")).hasSize(2);
    assertThat(shown.get("no_retry_statuses").toString()).isEqualTo("[400,422]");
    assertThat(shown.get("timeout").intValue()).isEqualTo(5);
    assertThat(Api.text(shown, "signature_scheme")).isEqualTo("v1");
    assertThat(shown.get("retry").get("max_attempts").intValue()).isEqualTo(3);
    assertThat(shown.get("retry").get("initial_interval").intValue()).isEqualTo(120);
    assertThat(shown.get("retry").get("max_interval").intValue()).isEqualTo(7200);
  }

  @Test
  void showsTheSecretOnlyOnCreation() {
    Api.Answer created = api.post("/subscriptions", FULL).expect(201);
    String secret = Api.text(created.json(), "secret");
    String path = "/subscriptions/" + Api.id(created);

    assertThat(secret).startsWith("whsec_");
    assertThat(api.get(path).json().has("secret")).isFalse();
    assertThat(api.get("/subscriptions?limit=250").text()).doesNotContain("whsec_");
    assertThat(api.send("PATCH", path, "{}").expect(200).json().has("secret")).isFalse();
    assertThat(api.send("PUT", path, FULL).expect(200).json().has("secret")).isFalse();
    api.send("PATCH", path, Map.of("secret", secret)).expect(422);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"grace_period\": \"8d\"}   | grace_period",
        "{\"grace_period\": \"-1s\"}  | grace_period",
        "{\"secret\": \"whsec_short\"} | secret",
        "{\"signature_scheme\": \"v2\"} | signature_scheme",
      })
  void invalidRotationNamesTheField(String request, String field) {
    String path = "/subscriptions/" + Api.id(api.post("/subscriptions", FULL).expect(201));

    assertThat(api.post(path + "/rotate", request).text()).contains(field);
    assertThat(api.post(path + "/rotate", request).status()).isIn(400, 422);
    api.post(path + "/rotate", "{\"graceperiod\": 1}").expect(400);
  }

  @Test
  void anAsymmetricSecretIsNeverShown() {
    String request =
        """
        {"url": "https://example.com", "event_types": ["a"], "signature_scheme": "v1a"}
        """;
    Api.Answer created = api.post("/subscriptions", request).expect(201);
    String path = "/subscriptions/" + Api.id(created);
    String key = Api.text(created.json(), "public_key");

    assertThat(key).startsWith("whpk_");
    assertThat(created.text()).doesNotContain("\"secret\"", "whsk_");
    assertThat(api.get(path).text()).contains(key, "\"signature_scheme\":\"v1a\"");
    assertThat(api.get(path + "/keys").expect(200).text())
        .isEqualTo("{\"items\":[{\"public_key\":\"%s\"}],\"next_cursor\":null}".formatted(key));
    api.send("PATCH", path, "{\"signature_scheme\": \"v1\"}").expect(422);
    api.post("/subscriptions", request.replace("v1a", "v2")).expect(422);
    api.post("/subscriptions", request.replace("v1a", "v1a\", \"secret\": \"" + SECRET))
        .expect(422);
  }

  @Test
  void secretHeadersAreNeverShownAndSurviveSendingBack() {
    String path =
        "/subscriptions/"
            + Api.id(
                api.post(
                        "/subscriptions",
                        """
                        {"url": "https://example.com", "event_types": ["a"],
                         "headers": {"X-Team": "blue"},
                         "secret_headers": {"X-Token": "t0ken", "Authorization": "Bearer t0ken"}}
                        """)
                    .expect(201));

    Api.Answer shown = api.get(path).expect(200);

    assertThat(shown.text())
        .contains("\"headers\":{\"X-Team\":\"blue\"}")
        .contains("\"secret_headers\":{\"Authorization\":\"***\",\"X-Token\":\"***\"}")
        .doesNotContain("t0ken");
    String same =
        """
        {"url": "https://example.com", "event_types": ["a"], "secret_headers": {"x-token": "***"}}
        """;
    assertThat(api.send("PUT", path, same).expect(200).text())
        .contains("\"headers\":{}", "\"secret_headers\":{\"x-token\":\"***\"}");
    assertThat(api.send("PUT", path, same.replace("x-token", "x-other")).expect(422).text())
        .contains("x-other needs a value");
  }

  @Test
  void patchingChangesTheHeadersItNames() {
    String path = "/subscriptions/" + Api.id(api.post("/subscriptions", FULL).expect(201));
    api.change(path.substring(15), Map.of("headers", Map.of("A", "1", "B", "2")));
    api.change(path.substring(15), Map.of("secret_headers", Map.of("C", "3", "D", "4")));

    String changed =
        api.send(
                "PATCH",
                path,
                """
                {"headers": {"A": null, "E": "5"}, "secret_headers": {"C": null}}
                """)
            .expect(200)
            .text();

    assertThat(changed)
        .contains("\"headers\":{\"B\":\"2\",\"E\":\"5\"}", "\"secret_headers\":{\"D\":\"***\"}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"headers\": {\"Authorization\": \"Basic eA==\"} | belongs in secret_headers",
        "\"headers\": {\"X-A\": \"1\", \"x-a\": \"2\"} | once, whatever its case",
        "\"headers\": {\"X-A\": \"1\"}, \"secret_headers\": {\"x-a\": \"2\"} | once",
        "\"headers\": {\"X-A\": null} | X-A needs a value",
        "\"headers\": {\"Host\": \"inside\"} | Host is reserved for Homing",
        "\"secret_headers\": {\"Webhook-Signature\": \"v1,x\"} | is reserved for Homing",
        "\"headers\": {\"X-A:\": \"v\"} | a name has",
        "\"secret_headers\": {\"X-A\": \"1\\r\\nX-B: 2\"} | a value has",
      })
  void headersThatCannotBeSentAreRefused(String headers, String reason) {
    Api.Answer answer =
        api.post(
            "/subscriptions",
            "{\"url\": \"https://example.com\", \"event_types\": [\"a\"], %s}".formatted(headers));

    assertThat(answer.expect(422).text()).contains("headers", reason);
  }

  @Test
  void headersAreLimitedInNumberAndLength() {
    Map<String, String> many = new HashMap<>();
    IntStream.rangeClosed(1, 21).forEach(i -> many.put("X-" + i, "v"));
    Map<String, String> large = new HashMap<>();
    IntStream.rangeClosed(1, 5).forEach(i -> large.put("X-" + i, "v".repeat(4_000)));

    for (Map<String, String> headers : List.of(many, large)) {
      assertThat(
              api.post(
                      "/subscriptions",
                      Map.of(
                          "url",
                          "https://example.com",
                          "event_types",
                          List.of("a"),
                          "headers",
                          headers))
                  .expect(422)
                  .text())
          .contains("at most 20");
    }
  }

  @Test
  void patchingChangesOnlyTheNamedFields() {
    String path = "/subscriptions/" + Api.id(api.post("/subscriptions", FULL).expect(201));

    JsonNode changed =
        api.send(
                "PATCH",
                path,
                """
                {"description": "e", "metadata": {"k": null, "m": "x"},
                 "retry": {"max_interval": "3h"}}
                """)
            .expect(200)
            .json();

    assertThat(Api.text(changed, "description")).isEqualTo("e");
    assertThat(changed.get("metadata").toString()).isEqualTo("{\"l\":\"w\",\"m\":\"x\"}");
    assertThat(changed.get("retry").get("initial_interval").intValue()).isEqualTo(120);
    assertThat(changed.get("retry").get("max_interval").intValue()).isEqualTo(10_800);
    assertThat(changed.get("retry").get("max_attempts").intValue()).isEqualTo(3);
    assertThat(changed.get("no_retry_statuses")).hasSize(2);
    assertThat(changed.get("timeout").intValue()).isEqualTo(5);
    assertThat(changed.get("enabled").booleanValue()).isFalse();
    assertThat(changed.get("event_types")).hasSize(2);
  }

  @Test
  void patchingWithNullRestoresTheDefault() {
    String path = "/subscriptions/" + Api.id(api.post("/subscriptions", FULL).expect(201));

    JsonNode changed =
        api.send(
                "PATCH",
                path,
                """
                {"description": null, "metadata": null, "retry": null, "timeout": null,
                 "no_retry_statuses": null}
                """)
            .expect(200)
            .json();

    assertThat(Api.text(changed, "description")).isEmpty();
    assertThat(changed.get("metadata")).isEmpty();
    assertThat(changed.get("retry").get("max_attempts").isNull()).isTrue();
    assertThat(changed.get("no_retry_statuses")).isEmpty();
    assertThat(changed.get("timeout").isNull()).isTrue();
    assertThat(changed.get("enabled").booleanValue()).isFalse();
    api.send("PATCH", path, "{\"url\": null}").expect(422);
    api.send("PATCH", path, "{\"event_types\": null}").expect(422);
    api.send("PATCH", path, "{\"nonsense\": 1}").expect(400);
    api.send("PATCH", path, "{\"retry\": {\"max_attempts\": \"x\"}}").expect(400);
  }

  @Test
  void orderIsOffUnlessRequested() {
    String path = "/subscriptions/" + Api.id(api.post("/subscriptions", FULL).expect(201));
    JsonNode plain = api.get(path).json();
    assertThat(plain.get("ordered").booleanValue()).isFalse();
    assertThat(plain.get("on_failure").isNull()).isTrue();
    assertThat(plain.get("max_block").isNull()).isTrue();

    JsonNode ordered =
        api.send("PATCH", path, Map.of("ordered", true, "on_failure", "skip", "max_block", "2h"))
            .expect(200)
            .json();
    assertThat(ordered.get("ordered").booleanValue()).isTrue();
    assertThat(Api.text(ordered, "on_failure")).isEqualTo("skip");
    assertThat(ordered.get("max_block").intValue()).isEqualTo(7200);
    assertThat(api.send("PATCH", path, "{}").json()).isEqualTo(ordered);

    JsonNode replaced = api.send("PUT", path, FULL).expect(200).json();
    assertThat(replaced.get("ordered").booleanValue()).isFalse();
    assertThat(replaced.get("on_failure").isNull()).isTrue();
  }

  @Test
  void paceIsAsFastAsPossibleUnlessRequested() {
    String path = "/subscriptions/" + Api.id(api.post("/subscriptions", FULL).expect(201));
    JsonNode plain = api.get(path).json();
    assertThat(plain.get("rate").isNull()).isTrue();
    assertThat(plain.get("max_in_flight").isNull()).isTrue();

    JsonNode paced =
        api.send(
                "PATCH", path, "{\"rate\": {\"limit\": 90, \"per\": \"1m\"}, \"max_in_flight\": 3}")
            .expect(200)
            .json();
    assertThat(paced.get("rate").toString()).isEqualTo("{\"limit\":90,\"per\":60}");
    assertThat(paced.get("max_in_flight").intValue()).isEqualTo(3);

    JsonNode faster =
        api.send("PATCH", path, "{\"rate\": {\"limit\": 95}, \"max_in_flight\": null}").json();
    assertThat(faster.get("rate").toString()).isEqualTo("{\"limit\":95,\"per\":60}");
    assertThat(faster.get("max_in_flight").isNull()).isTrue();
    assertThat(api.send("PATCH", path, "{\"rate\": null}").json().get("rate").isNull()).isTrue();
  }

  @Test
  void patchingAcceptsTheMergePatchType() {
    String path = "/subscriptions/" + Api.id(api.post("/subscriptions", FULL).expect(201));

    api.send(
            "PATCH",
            path,
            BodyPublishers.ofString("{\"description\": \"e\"}"),
            "Content-Type",
            "application/merge-patch+json")
        .expect(200);
  }

  @Test
  void puttingReplacesAllOfIt() {
    String path = "/subscriptions/" + Api.id(api.post("/subscriptions", FULL).expect(201));

    JsonNode replaced =
        api.send(
                "PUT",
                path,
                """
                {"url": "https://example.org", "event_types": ["another.type"]}
                """)
            .expect(200)
            .json();

    assertThat(Api.text(replaced, "url")).isEqualTo("https://example.org/");
    assertThat(Api.text(replaced, "description")).isEmpty();
    assertThat(replaced.get("enabled").booleanValue()).isTrue();
    assertThat(replaced.get("metadata")).isEmpty();
    assertThat(replaced.get("no_retry_statuses")).isEmpty();
    assertThat(replaced.get("timeout").isNull()).isTrue();
    assertThat(replaced.get("retry").get("max_attempts").isNull()).isTrue();
    api.send("PUT", path, "{}").expect(422);
    api.delete(path).expect(204);
  }

  @Test
  void aStaleVersionIsRefused() {
    Api.Answer created = api.post("/subscriptions", FULL).expect(201);
    String path = "/subscriptions/" + Api.id(created);
    String first = created.header("etag");
    assertThat(api.get(path).header("etag")).isEqualTo(first);

    Api.Answer changed = api.send("PATCH", path, "{\"description\": \"e\"}", "If-Match", first);
    String second = changed.expect(200).header("etag");

    assertThat(second).isNotEqualTo(first);
    api.send("PATCH", path, "{\"description\": \"f\"}", "If-Match", first).expect(412);
    api.send("PUT", path, FULL, "If-Match", first).expect(412);
    api.delete(path, "If-Match", first).expect(412);
    api.send("PATCH", path, "{\"description\": \"f\"}", "If-Match", "\"nonsense\"").expect(412);
    assertThat(Api.text(api.get(path).json(), "description")).isEqualTo("e");

    api.send("PATCH", path, "{\"description\": \"g\"}", "If-Match", "*").expect(200);
    String third = api.get(path).header("etag");
    api.send("PATCH", path, "{\"description\": \"h\"}", "If-Match", "W/" + third).expect(200);
    api.delete(path, "If-Match", api.get(path).header("etag")).expect(204);
  }

  /** Without If-Match, earlier changes do not matter. */
  @Test
  void concurrentChangesAllApply() throws Exception {
    Api.Answer created = api.post("/subscriptions", FULL).expect(201);
    String path = "/subscriptions/" + Api.id(created);
    int callers = 16;
    int each = 8;
    try (ExecutorService all = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> running = new ArrayList<>();
      for (int caller = 0; caller < callers; caller++) {
        String name = "c" + caller;
        running.add(
            all.submit(
                () -> {
                  for (int i = 0; i < each; i++) {
                    String patch = "{\"metadata\": {\"%s\": \"%d\"}}".formatted(name, i);
                    api.send("PATCH", path, patch).expect(200);
                    api.post(path + "/rotate").expect(200);
                  }
                }));
      }
      for (Future<?> caller : running) {
        caller.get();
      }
    }
    JsonNode metadata = api.get(path).json().get("metadata");
    for (int caller = 0; caller < callers; caller++) {
      assertThat(Api.text(metadata, "c" + caller)).isEqualTo(Integer.toString(each - 1));
    }
    long changes = Long.parseLong(api.get(path).header("etag").replace("\"", ""));
    long before = Long.parseLong(created.header("etag").replace("\"", ""));
    assertThat(changes - before).isEqualTo(2L * callers * each);
  }

  @Test
  void onlyOneChangeOfTheSameVersionSucceeds() throws Exception {
    Api.Answer created = api.post("/subscriptions", FULL).expect(201);
    String path = "/subscriptions/" + Api.id(created);
    try (ExecutorService all = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Integer>> running =
          IntStream.range(0, 16)
              .mapToObj(
                  i ->
                      all.submit(
                          () ->
                              api.send(
                                      "PATCH",
                                      path,
                                      "{\"description\": \"by %d\"}".formatted(i),
                                      "If-Match",
                                      created.header("etag"))
                                  .status()))
              .toList();
      List<Integer> statuses = new ArrayList<>();
      for (Future<Integer> caller : running) {
        statuses.add(caller.get());
      }
      assertThat(statuses).containsOnlyOnce(200).containsOnly(200, 412);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"initial_interval\": \"13h\"}                  | retry.initial_interval | 43200",
        "{\"max_interval\": 4}                            | retry.max_interval     | 5 seconds",
        "{\"initial_interval\": 9, \"max_interval\": 8} | retry.max_interval     | below",
      })
  void contradictoryIntervalsAreRefused(String retry, String field, String detail) {
    String path = "/subscriptions/" + Api.id(api.post("/subscriptions", FULL).expect(201));
    api.send("PATCH", path, "{\"retry\": null}").expect(200);
    String body =
        """
        {"url": "https://example.com", "event_types": ["a"], "retry": %s}
        """
            .formatted(retry);

    for (Api.Answer answer :
        List.of(
            api.post("/subscriptions", body),
            api.send("PUT", path, body),
            api.send("PATCH", path, body))) {
      assertThat(answer.expect(422).json().get("errors").toString()).contains(field, detail);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[399]           | 422 | from 400 to 599; not 399",
        "[400, 600, 302] | 422 | from 400 to 599; not 600, 302",
        "[null]          | 422 | from 400 to 599; not null",
        "[400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417,"
            + " 421, 422, 423] | 422 | at most 20 statuses",
        "[\"400\"]         | 400 | no_retry_statuses[0] must be a whole number",
        "400             | 400 | no_retry_statuses must be a list",
      })
  void statusesThatCannotBeListedAreRefused(String statuses, int status, String detail) {
    String path = "/subscriptions/" + Api.id(api.post("/subscriptions", FULL).expect(201));
    String body =
        """
        {"url": "https://example.com", "event_types": ["a"], "no_retry_statuses": %s}
        """
            .formatted(statuses);

    for (Api.Answer answer :
        List.of(
            api.post("/subscriptions", body),
            api.send("PUT", path, body),
            api.send("PATCH", path, body))) {
      assertThat(Api.text(answer.expect(status).json(), "detail")).contains(detail);
    }
  }

  /** The settings differed when it was created; other fields may still be changed. */
  @Test
  void unchangedIntervalsAreNotCheckedAgain() {
    String path = "/subscriptions/" + Api.id(api.post("/subscriptions", FULL).expect(201));
    RunningHoming.shared()
        .bean(JdbcClient.class)
        .sql(
            """
            update subscriptions set initial_interval_seconds = null, max_interval_seconds = 4
            where id = :id
            """)
        .param("id", UUID.fromString(path.substring(path.indexOf('_') + 1)))
        .update();

    api.send("PUT", path, api.get(path).text()).expect(200);
    api.send("PATCH", path, "{\"description\": \"e\"}").expect(200);
    api.send("PATCH", path, "{\"retry\": {\"max_attempts\": 4}}").expect(422);
  }

  @Test
  void aChangeWithoutEffectIsAccepted() {
    Api.Answer created = api.post("/subscriptions", FULL).expect(201);

    api.send("PATCH", "/subscriptions/" + Api.id(created), "{}").expect(200);
  }

  @Test
  void listsAllOfThemPageByPage() {
    String type = "paged.subscriptions";
    List<String> ids =
        IntStream.range(0, 120)
            .mapToObj(
                i ->
                    Api.id(
                        api.post(
                                "/subscriptions",
                                Map.of(
                                    "url",
                                    "https://example.com/" + i,
                                    "event_types",
                                    List.of(type)))
                            .expect(201)))
            .toList();

    assertThat(walk("/subscriptions?event_type=" + type, 50)).isEqualTo(ids.reversed());
    assertThat(walk("/subscriptions?event_type=" + type + "&limit=40", 40))
        .isEqualTo(ids.reversed());
    assertThat(walk("/subscriptions?event_type=" + type + "&limit=120", 120)).hasSize(120);
    assertThat(walk("/subscriptions?enabled=true&limit=250", 250)).containsAll(ids);
    assertThat(new HashSet<>(walk("/subscriptions?enabled=false&limit=250", 250)))
        .doesNotContainAnyElementsOf(ids);
    ids.forEach(id -> api.delete("/subscriptions/" + id).expect(204));
    assertThat(walk("/subscriptions?event_type=" + type, 50)).isEmpty();
  }

  @Test
  void listsAllEventsPageByPage() {
    String type = "paged.events";
    List<String> ids = IntStream.range(0, 120).mapToObj(_ -> api.trigger(type)).toList();

    assertThat(walk("/events?type=" + type, 50)).isEqualTo(ids.reversed());
    assertThat(walk("/events?type=" + type + "&limit=7", 7)).isEqualTo(ids.reversed());
    String accepted = Api.text(api.event(ids.get(60)), "accepted_at");
    assertThat(walk("/events?type=" + type + "&since=" + accepted, 50)).contains(ids.getLast());
    assertThat(walk("/events?type=" + type + "&since=2100-01-01T00:00:00Z", 50)).isEmpty();
    assertThat(walk("/events?type=" + type + "&until=2000-01-01T00:00:00Z", 50)).isEmpty();
  }

  /** All ids of a list, after checking that no page is too long. */
  private List<String> walk(String path, int limit) {
    List<String> ids = new ArrayList<>();
    JsonNode page = api.get(path).expect(200).json();
    while (true) {
      assertThat(page.get("items").size()).isLessThanOrEqualTo(limit);
      page.get("items").forEach(item -> ids.add(Api.text(item, "id")));
      if (page.get("next_cursor").isNull()) {
        return ids;
      }
      page = api.get(path + "&cursor=" + Api.text(page, "next_cursor")).expect(200).json();
    }
  }
}
