package dev.homing.app.journey;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.temporal.client.WorkflowClient;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Isolated;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.data.redis.connection.DataType;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Searches all that Homing writes for every secret in the life of a delivery. */
@ExtendWith(OutputCaptureExtension.class)
@Isolated("as it reads the log of all")
class SecretsInsideTest {
  private static final String FIRST = "the-first-one-that-nobody-sees..";
  private static final String NEXT = "the-next-one-that-nobody-sees...";
  private static final String HEADER = "Bearer t0ken-of-the-receiver";
  private static final String NEXT_HEADER = "Bearer t0ken-that-is-another";
  private static final String WRONG_HEADER = "Bearer t0ken-in-a-broken-request";

  private static final HeldCertificate CLIENT = new HeldCertificate.Builder().build();

  private static final List<String> SECRETS =
      Stream.concat(
              Stream.of(FIRST, NEXT).flatMap(SecretsInsideTest::waysToWrite),
              Stream.of(token(HEADER), token(NEXT_HEADER), token(WRONG_HEADER), firstLine(CLIENT)))
          .toList();

  private final RunningHoming homing = RunningHoming.shared();
  private final Api api = homing.api();
  @AutoClose private final ScriptedReceiver receiver = ScriptedReceiver.start();

  private static Stream<String> waysToWrite(String secret) {
    return Stream.of(secret, base64(secret), HexFormat.of().formatHex(secret.getBytes(UTF_8)));
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
  }

  private static String token(String header) {
    return header.substring("Bearer ".length());
  }

  /** The first line of the key. */
  private static String firstLine(HeldCertificate certificate) {
    return certificate.privateKeyPkcs8Pem().split("\n", -1)[1];
  }

  @Test
  void nothingWrittenContainsASecret(CapturedOutput log) {
    Subscribed subscription =
        api.subscribed(
            receiver.answers(500, 500, 200),
            Map.of(
                "secret", "whsec_" + base64(FIRST),
                "secret_headers", Map.of("Authorization", HEADER),
                "retry", Map.of("initial_interval", 1)));
    String event = subscription.trigger();
    String delivery = api.deliveryId(event);
    api.await(delivery, "delivered");
    rotateTestAndRefuse(subscription.path());
    receiver.answers(404, 200);
    api.post("/deliveries/" + delivery + "/retry").expect(202);
    receiver.awaitReceipts(6);
    api.await(delivery, "delivered");

    // Each place holds known text, so a secret that is not found is not there.
    String id = subscription.id().substring("sub_".length());
    String histories = histories(event, delivery);
    assertThat(log.getAll()).contains(delivery);
    assertThat(histories).contains(subscription.id());
    assertThat(redis()).contains(id);
    assertThat(tablesWith(List.of(id))).contains("subscriptions", "deliveries", "events");

    assertThat(secretsIn(log.getAll())).as("the log").isEmpty();
    assertThat(secretsIn(histories)).as("Temporal").isEmpty();
    assertThat(secretsIn(redis())).as("Redis").isEmpty();
    assertThat(tablesWith(SECRETS)).as("PostgreSQL").isEmpty();
  }

  private void rotateTestAndRefuse(String path) {
    api.post(path + "/rotate", Map.of("secret", "whsec_" + base64(NEXT))).expect(200);
    api.post(path + "/test").expect(200);
    api.send("PATCH", path, Map.of("secret_headers", Map.of("Authorization", NEXT_HEADER)))
        .expect(200);
    // Refused because its receiver uses http://, but read first.
    Map<String, String> tls =
        Map.of("certificate", CLIENT.certificatePem(), "key", CLIENT.privateKeyPkcs8Pem());
    api.send("PATCH", path, Map.of("tls", tls)).expect(422);
    api.post(
            "/subscriptions",
            Map.of("url", "https://nowhere.invalid", "event_types", List.of("a"), "tls", tls))
        .expect(201);
    String header = "\"secret_headers\": {\"Authorization\": \"" + WRONG_HEADER + "\"}";
    api.send("PATCH", path, "{" + header + ", \"secret\": \"whsec_" + base64(NEXT) + "\"}")
        .expect(422);
    api.send("PATCH", path, "{" + header + ", ").expect(400);
    api.send("PATCH", path, "{" + header + ", \"unknown\": 1}").expect(400);
    api.send("PATCH", path, "{\"secret_headers\": {\"Host\": \"" + WRONG_HEADER + "\"}}")
        .expect(422);
  }

  private static List<String> secretsIn(String text) {
    return SECRETS.stream().filter(text::contains).toList();
  }

  private String histories(String... workflows) {
    WorkflowClient temporal = homing.bean(WorkflowClient.class);
    return Stream.of(workflows)
        .map(workflow -> temporal.fetchHistory(workflow).toProtoText(true))
        .collect(Collectors.joining());
  }

  /** The whole content of Redis. */
  private String redis() {
    StringRedisTemplate redis = homing.bean(StringRedisTemplate.class);
    return redis.keys("*").stream()
        .map(
            key ->
                redis.type(key) == DataType.HASH
                    ? key + redis.opsForHash().entries(key)
                    : key + redis.opsForValue().get(key))
        .collect(Collectors.joining("\n"));
  }

  /** The tables with a row that contains one of the texts. */
  private List<String> tablesWith(List<String> texts) {
    JdbcClient jdbc = homing.bean(JdbcClient.class);
    List<String> tables =
        jdbc.sql(
                """
                select relname from pg_class
                where relnamespace = current_schema()::regnamespace
                  and relkind in ('r', 'p') and not relispartition
                """)
            .query((row, _) -> row.getString(1))
            .list();
    String[] patterns = texts.stream().map(text -> "%" + text + "%").toArray(String[]::new);
    return tables.stream()
        .filter(
            table ->
                jdbc.sql(
                        "select exists (select from %s r where r::text like any (:patterns))"
                            .formatted(table))
                    .param("patterns", patterns)
                    .query(Boolean.class)
                    .single())
        .toList();
  }
}
