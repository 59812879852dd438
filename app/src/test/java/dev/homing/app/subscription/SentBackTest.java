package dev.homing.app.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.journey.Api;
import dev.homing.app.journey.RunningHoming;
import dev.homing.workflows.SubscriptionId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What was read can be sent back, and changes nothing. */
@Isolated("as its subscriptions receive whatever happens")
class SentBackTest {
  private static final int SUBSCRIPTIONS = 150;
  private static final HeldCertificate CLIENT = new HeldCertificate.Builder().build();

  private final RunningHoming homing = RunningHoming.shared();
  private final Api api = homing.api();
  private final JdbcClient jdbc = homing.bean(JdbcClient.class);

  @Test
  void aReadSubscriptionCanBeSentBackUnchanged() {
    long seed = Long.getLong("sent-back.seed", System.nanoTime());
    Random random = new Random(seed);
    for (int i = 0; i < SUBSCRIPTIONS; i++) {
      String path = registered(random);
      Api.Answer shown = api.get(path).expect(200);
      String row = row(path);

      for (String method : List.of("PUT", "PATCH")) {
        String what = "%s %s, -Dsent-back.seed=%d".formatted(method, shown.text(), seed);
        Api.Answer answer = api.send(method, path, shown.text());
        assertThat(answer.text()).as(what).isEqualTo(shown.text());
        assertThat(answer.expect(200).header("etag")).as(what).isEqualTo(shown.header("etag"));
        assertThat(row(path)).as(what).isEqualTo(row);
        assertThat(api.get(path).text()).as(what).isEqualTo(shown.text());
      }
      api.delete(path).expect(204);
    }
  }

  /** With secrets that none of them shows. */
  @Test
  void aReadSubscriptionCanBeSentBackWithAnotherDescription() {
    Random random = new Random(1);
    for (int i = 0; i < 20; i++) {
      String path = registered(random);
      String secrets = secrets(path);
      for (String method : List.of("PUT", "PATCH")) {
        ObjectNode shown = (ObjectNode) api.get(path).expect(200).json();
        shown.put("description", method);
        assertThat(Api.text(api.send(method, path, shown).expect(200).json(), "description"))
            .isEqualTo(method);
        assertThat(secrets(path)).as("%s %s", method, shown).isEqualTo(secrets);
      }
      api.delete(path).expect(204);
    }
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "id, \"sub_01a20b85-ed81-73db-80cd-2b591c6fa31e\"",
        "id, null",
        "disabled_reason, \"gone\"",
        "created_at, \"2026-01-01T00:00:00Z\"",
        "updated_at, \"2026-01-01T00:00:00Z\"",
        "updated_at, 5",
        "previous_secret_until, \"2026-01-01T00:00:00Z\"",
        "public_key, \"whpk_x\"",
        "signature_scheme, \"v1a\"",
        "secret, \"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\""
      })
  void fieldsSetByHomingCannotBeChanged(String field, String value) {
    String path = "/subscriptions/" + Api.id(api.post("/subscriptions", least()).expect(201));
    String before = row(path);

    for (String method : List.of("PUT", "PATCH")) {
      ObjectNode shown = (ObjectNode) api.get(path).expect(200).json();
      shown.set(field, JsonMapper.shared().readTree(value));
      assertThat(api.send(method, path, shown).expect(422).json().get("errors").toString())
          .contains("\"field\":\"%s\"".formatted(field));
    }
    assertThat(row(path)).isEqualTo(before);
  }

  @Test
  void aTimeMayBeWrittenDifferently() {
    String path = "/subscriptions/" + Api.id(api.post("/subscriptions", least()).expect(201));
    String created = Api.text(api.get(path).json(), "created_at");

    api.send("PATCH", path, Map.of("created_at", created.replaceFirst("0*Z$", "000Z"))).expect(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "PATCH"})
  void enabledIsTrueOrFalse(String method) {
    Map<String, Object> paused = new HashMap<>(least());
    paused.put("enabled", false);
    String path = "/subscriptions/" + Api.id(api.post("/subscriptions", paused).expect(201));
    paused.put("enabled", null);

    assertThat(
            api.send(method, method.equals("POST") ? "/subscriptions" : path, paused)
                .expect(422)
                .text())
        .contains("enabled: must be true or false");
    assertThat(api.get(path).json().get("enabled").booleanValue()).isFalse();
  }

  /** The name in the database is without case, as on the wire. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"secret_headers\": {\"x-token\": null}} | {} | {\"X-Team\":\"blue\"}",
        "{\"secret_headers\": {\"x-token\": \"new\"}} | {\"x-token\":\"***\"} |"
            + " {\"X-Team\":\"blue\"}",
        "{\"secret_headers\": {\"X-TOKEN\": \"***\"}} | {\"X-TOKEN\":\"***\"} |"
            + " {\"X-Team\":\"blue\"}",
        "{\"secret_headers\": null} | {} | {\"X-Team\":\"blue\"}",
        "{\"headers\": {\"x-team\": null}} | {\"X-Token\":\"***\"} | {}",
        "{\"headers\": {\"x-team\": \"red\"}} | {\"X-Token\":\"***\"} | {\"x-team\":\"red\"}",
        "{\"headers\": {\"X-Team\": null, \"x-team\": \"red\"}} | {\"X-Token\":\"***\"} |"
            + " {\"x-team\":\"red\"}",
        "{\"headers\": {\"x-TOKEN\": \"shown\"}, \"secret_headers\": {\"x-token\": null}} | {} |"
            + " {\"X-Team\":\"blue\",\"x-TOKEN\":\"shown\"}",
      })
  void aPatchIgnoresTheCaseOfHeaderNames(String patch, String secret, String shown) {
    String path = withHeaders();

    String answer = api.send("PATCH", path, patch).expect(200).text();

    assertThat(answer).contains("\"secret_headers\":" + secret, "\"headers\":" + shown);
    assertThat(
            jdbc.sql("select sealed_headers::text from subscriptions where id = :id")
                .param("id", id(path))
                .query(String.class)
                .single())
        .satisfies(
            stored ->
                assertThat(JsonMapper.shared().readTree(stored).propertyNames())
                    .containsExactlyInAnyOrderElementsOf(
                        JsonMapper.shared().readTree(secret).propertyNames()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "PATCH | {\"headers\": {\"x-token\": \"1\"}} | once, whatever its case",
        "PATCH | {\"secret_headers\": {\"x-team\": \"1\"}} | once, whatever its case",
        "PATCH | {\"headers\": {\"X-A\": \"1\", \"x-a\": \"2\"}} | once, whatever its case",
        "PATCH | {\"secret_headers\": {\"X-A\": \"***\"}} | X-A needs a value",
        "PUT | {\"secret_headers\": {\"x-token\": null}} | x-token needs a value",
        "PUT | {\"secret_headers\": {\"X-A\": \"***\"}} | X-A needs a value",
        "POST | {\"secret_headers\": {\"X-A\": \"***\"}} | X-A needs a value",
        "POST | {\"secret_headers\": {\"X-A\": null}} | X-A needs a value",
        "PATCH | {\"tls\": {\"key\": null}} | tls.key",
        "PATCH | {\"tls\": {\"certificate\": \"OTHER\"}} | tls.key",
      })
  void ambiguousHeadersAreRefused(String method, String fields, String complaint) {
    String path = withHeaders();
    String row = row(path);
    ObjectNode body =
        (ObjectNode)
            JsonMapper.shared()
                .readTree(
                    fields.replace(
                        "OTHER",
                        new HeldCertificate.Builder()
                            .build()
                            .certificatePem()
                            .replace("\n", "\\n")));
    if (!method.equals("PATCH")) {
      body.put("url", "https://nowhere.invalid").putArray("event_types").add("a");
    }

    Api.Answer answer = api.send(method, method.equals("POST") ? "/subscriptions" : path, body);

    assertThat(answer.expect(422).text()).contains(complaint);
    assertThat(row(path)).isEqualTo(row);
  }

  private String withHeaders() {
    Map<String, Object> request = new HashMap<>(least());
    request.put("headers", Map.of("X-Team", "blue"));
    request.put("secret_headers", Map.of("X-Token", "t0ken"));
    request.put("tls", certificate());
    return "/subscriptions/" + Api.id(api.post("/subscriptions", request).expect(201));
  }

  /** The whole of it as it is kept. */
  private String row(String path) {
    return jdbc.sql("select to_jsonb(s)::text from subscriptions s where id = :id")
        .param("id", id(path))
        .query(String.class)
        .single();
  }

  private String secrets(String path) {
    return jdbc.sql(
            """
            select concat_ws('|', sealed_headers::text, sealed_tls_key, sealed_secret)
            from subscriptions where id = :id
            """)
        .param("id", id(path))
        .query(String.class)
        .single();
  }

  private static UUID id(String path) {
    return SubscriptionId.read(path.substring("/subscriptions/".length())).orElseThrow().uuid();
  }

  private static Map<String, Object> least() {
    return Map.of("url", "https://nowhere.invalid", "event_types", List.of("a"));
  }

  private static Map<String, String> certificate() {
    return Map.of("certificate", CLIENT.certificatePem(), "key", CLIENT.privateKeyPkcs8Pem());
  }

  /** Each optional field is there or not, and so is what only Homing sets. */
  private String registered(Random random) {
    Map<String, Object> request = new HashMap<>();
    request.put("url", "https://nowhere.invalid" + oneOf(random, "", "/a?b='c'&d=%27", "/ü/{x}"));
    request.put("event_types", oneOf(random, List.of("a"), List.of("b.*", "a"), List.of("*")));
    maybe(random, request, "description", oneOf(random, "", "d", "é\n\"\uD83D\uDE00"));
    maybe(random, request, "enabled", random.nextBoolean());
    maybe(random, request, "metadata", texts(random, "key"));
    maybe(random, request, "ordered", random.nextBoolean());
    maybe(random, request, "on_failure", oneOf(random, "block", "skip"));
    maybe(random, request, "max_block", 1 + random.nextInt(604_800));
    maybe(random, request, "headers", texts(random, "X-Shown"));
    maybe(random, request, "secret_headers", texts(random, "x-Secret"));
    maybe(random, request, "tls", tls(random));
    maybe(random, request, "retry", retry(random));
    maybe(random, request, "no_retry_statuses", oneOf(random, List.of(), List.of(422, 400)));
    maybe(random, request, "timeout", 1 + random.nextInt(60));
    maybe(random, request, "rate", Map.of("limit", 7, "per", oneOf(random, "1s", "1m", "1h")));
    maybe(random, request, "max_in_flight", 1 + random.nextInt(500));
    maybe(random, request, "signature_scheme", oneOf(random, "v1", "v1a"));
    Api.Answer created = api.post("/subscriptions", request).expect(201);
    String path = "/subscriptions/" + Api.id(created);
    assertThat(created.json().get("metadata").toString())
        .isEqualTo(api.get(path).json().get("metadata").toString());
    for (int rotations = random.nextInt(3); rotations > 0; rotations--) {
      api.post(path + "/rotate", oneOf(random, "{}", "{\"signature_scheme\": \"v1a\"}"))
          .expect(200);
    }
    if (random.nextInt(4) == 0) {
      jdbc.sql("update subscriptions set enabled = false, disabled_reason = 'gone' where id = :id")
          .param("id", id(path))
          .update();
    }
    return path;
  }

  private static Map<String, String> texts(Random random, String name) {
    Map<String, String> texts = new HashMap<>();
    IntStream.range(0, random.nextInt(6))
        .forEach(i -> texts.put(name + "-" + "abcdefghij".charAt(random.nextInt(10)) + i, "v" + i));
    return texts;
  }

  private static Map<String, String> tls(Random random) {
    Map<String, String> tls = new HashMap<>();
    if (random.nextBoolean()) {
      tls.put("authority", CLIENT.certificatePem());
    }
    if (random.nextBoolean()) {
      tls.putAll(certificate());
    }
    return tls;
  }

  private static Map<String, Integer> retry(Random random) {
    Map<String, Integer> retry = new HashMap<>();
    List<String> fields = new ArrayList<>(List.of("max_attempts", "initial_interval"));
    fields.removeIf(_ -> random.nextBoolean());
    fields.forEach(field -> retry.put(field, 1 + random.nextInt(100)));
    if (random.nextBoolean()) {
      retry.put("max_interval", 100 + random.nextInt(1_000));
    }
    return retry;
  }

  private static void maybe(
      Random random, Map<String, Object> request, String field, Object value) {
    if (random.nextBoolean()) {
      request.put(field, value);
    }
  }

  @SafeVarargs
  private static <T> T oneOf(Random random, T... all) {
    return all[random.nextInt(all.length)];
  }
}
