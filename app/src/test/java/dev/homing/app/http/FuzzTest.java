package dev.homing.app.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.journey.Api;
import dev.homing.app.journey.RunningHoming;
import dev.homing.app.journey.ScriptedReceiver;
import dev.homing.app.problem.ProblemsTest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Sends random requests: no answer is a 5xx, and every error is a problem that reveals nothing
 * internal. Each run differs; {@code -Dfuzz.seed=…} repeats a failed one.
 */
class FuzzTest {
  private static final int CALLERS = 4;
  private static final int REQUESTS_PER_CALLER = 500;

  private static final List<String> METHODS =
      List.of(
          "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "get", "TRACE");

  private static final List<String> SEGMENTS =
      List.of(
          "x",
          "%00",
          "%0d%0aX-Injected:%20yes",
          "%0d%0a%0d%0aHTTP/1.1%20200",
          "..%2f..",
          "%2e%2e",
          "%ff",
          "%ed%a0%80",
          "%F0%9F%98%80",
          "%25",
          "%u0041",
          "a;b=c",
          "{id}",
          "*",
          "~",
          "'%20OR%201=1--",
          "%22%7D",
          "a".repeat(300),
          "fuzz.a",
          "default",
          "sub_01a20b85-ed81-73db-80cd-2b591c6fa31e",
          "evt_01a20b85-ed81-73db-80cd-2b591c6fa31e",
          "dlv_01a20b85-ed81-73db-80cd-2b591c6fa31e",
          "hk_01a20b85-ed81-73db-80cd-2b591c6fa31e",
          "evt_ffffffff-ffff-ffff-ffff-ffffffffffff");

  private static final List<String> PARAMETERS =
      List.of(
          "limit",
          "cursor",
          "type",
          "since",
          "until",
          "state",
          "subscription",
          "event",
          "event_type",
          "subscription_id",
          "event_id",
          "order",
          "stauts",
          "enabled",
          "tenant",
          "nonsense",
          "%00",
          "");

  private static final List<String> VALUES =
      List.of(
          "",
          "0",
          "1",
          "-1",
          "250",
          "1.5",
          "99999999999999999999",
          "true",
          "null",
          "%00",
          "a%00b",
          "%ff",
          "%ed%a0%80",
          "%F0%9F%98%80",
          "%0d%0aX-Injected:%20yes",
          "'",
          "%25",
          "fuzz.a",
          "fuzz.*",
          "*",
          "retrying",
          "pending",
          "delivered",
          "default",
          "updated_at",
          "accepted_at",
          "2026-01-01T00:00:00Z",
          "%2B1000000000-12-31T23:59:59.999999999Z",
          "-1000000000-01-01T00:00:00Z",
          "%2B294277-01-01T00:00:00Z",
          "AAAAAAAAAAAAAAAAAAAAAA",
          "_____________________w",
          "a".repeat(1_000));

  private static final List<String> HEADERS =
      List.of(
          "Content-Type: application/json",
          "Content-Type: application/json; charset=utf-16",
          "Content-Type: application/json; charset=nonsense",
          "Content-Type: application/json;\u0000",
          "Content-Type: application/x-www-form-urlencoded",
          "Content-Type: multipart/form-data",
          "Content-Type: multipart/form-data; boundary=b",
          "Content-Type: text/plain%0d%0aX-Injected: yes",
          "Content-Type: text/html",
          "Content-Type: \u00fc/\u00fc",
          "Content-Type: */*",
          "Content-Type: ",
          "Content-Encoding: gzip",
          "Content-Encoding: br",
          "Content-Encoding: identity",
          "Accept: */*",
          "Accept: application/xml",
          "Accept: text/html",
          "Accept: application/json;q=nonsense",
          "Accept: nonsense",
          "Accept: " + "a/b,".repeat(200) + "a/b",
          "Accept-Charset: nonsense",
          "Accept-Language: \u00ff",
          "Accept-Encoding: gzip;q=0",
          "If-Match: \"1\"",
          "If-Match: *",
          "If-Match: nonsense",
          "If-Match: \"99999999999999999999\", W/\"-1\"",
          "If-None-Match: *",
          "If-Modified-Since: yesterday",
          "If-Unmodified-Since: Sat, 01 Jan 2000 00:00:00 GMT",
          "Range: bytes=0-,-1,5-2",
          "Idempotency-Key: \"fuzz\"",
          "Idempotency-Key: " + "k".repeat(300),
          "Idempotency-Key: \u00fc",
          "Idempotency-Key: ",
          "Idempotency-Key: \"\u00e9\"",
          "Idempotency-Key: \"unclosed",
          "Idempotency-Key: \"",
          "Idempotency-Key: \"\\",
          "Idempotency-Key: \"\\\"",
          "Idempotency-Key: \"a\\b\"",
          "Idempotency-Key: \"a\"b\"",
          "Idempotency-Key: \"a\";p=1",
          "Idempotency-Key: \"" + "k".repeat(6_000) + "\"",
          "Idempotency-Key: \"" + "\\\\".repeat(3_000) + "\"",
          "homing-hops: 2",
          "homing-hops: -1",
          "homing-hops: 99999999999999999999",
          "homing-hops: \u0661",
          "Sec-Fetch-Site: cross-site",
          "Sec-Fetch-Site: \u00ff",
          "If-Match: \"",
          "If-Match: \"1\",",
          "If-Match: \"\u00ff\",W/\"1\" , \"2\"",
          "If-Match: " + "\"1\",".repeat(2_000) + "\"1\"",
          "X-Forwarded-For: [::1]:80, 127.0.0.1:99999",
          "Homing-Ordering-Key: fuzz",
          "Homing-Ordering-Key: \u0000",
          "Homing-Event-Id: fuzz",
          "Homing-Event-Id: fuzz%0d%0aX-Injected: yes",
          "Homing-Event-Id: \u0000",
          "Origin: https://evil.example",
          "Access-Control-Request-Method: DELETE",
          "Access-Control-Request-Headers: authorization",
          "X-HTTP-Method-Override: DELETE",
          "X-Forwarded-For: 127.0.0.1, nonsense",
          "X-Forwarded-Host: evil.example\u0000",
          "X-Forwarded-Prefix: /../..",
          "Forwarded: for=\"[::\"",
          "Authorization: Bearer hk_x",
          "Authorization: Basic \u00ff",
          "Authorization: Digest x",
          "Cookie: JSESSIONID=x; a=\"",
          "Upgrade: h2c",
          "Connection: upgrade, close",
          "Max-Forwards: -1",
          "Date: nonsense",
          "X: \u00ff\t\u00fe");

  /** Field names of requests, of views and of internals. */
  private static final List<String> FIELDS =
      List.of(
          "url",
          "event_types",
          "description",
          "enabled",
          "metadata",
          "ordered",
          "on_failure",
          "max_block",
          "retry",
          "max_attempts",
          "initial_interval",
          "max_interval",
          "timeout",
          "rate",
          "limit",
          "per",
          "max_in_flight",
          "headers",
          "secret_headers",
          "X-A",
          "x-a",
          "tls",
          "certificate",
          "signature_scheme",
          "public_key",
          "previous_secret_until",
          "updated_at",
          "disabled_reason",
          "dropped",
          "secret",
          "grace_period",
          "name",
          "tenant",
          "scopes",
          "expires_at",
          "id",
          "version",
          "sealed_secret",
          "created_at",
          "deleted_at",
          "key",
          "class",
          "@class",
          "@type",
          "__proto__",
          "$ref",
          "",
          "\\u0000",
          "\\ud800");

  private static final List<String> SCALARS =
      List.of(
          "null",
          "true",
          "false",
          "0",
          "-1",
          "1",
          "-0.0",
          "1.5",
          "1e400",
          "1e-400",
          "1e999999999",
          "99999999999999999999999999",
          "-9223372036854775809",
          "9".repeat(1_500),
          "NaN",
          "\"\"",
          "\"x\"",
          "\"***\"",
          "\"v1a\"",
          "\"\\u0000\"",
          "\"a\\u0000b\"",
          "\"\\ud800\"",
          "\"\\udc00\\ud800\"",
          "\"\\ud83d\\ude00\"",
          "\"\u007f\\u0085\\u2028\"",
          "\"\\r\\nX-Injected: yes\"",
          "\"%s\"".formatted("d".repeat(600)),
          "\"'; drop everything; --\"",
          "\"default\"",
          "\"nobody\"",
          "\"fuzz\"",
          "\"fuzz.a\"",
          "\"fuzz.*\"",
          "\"5s\"",
          "\"1s\"",
          "\"-5s\"",
          "\"9999999999999999d\"",
          "\"P1D\"",
          "\"publish\"",
          "\"2100-01-01T00:00:00Z\"",
          "\"+1000000000-12-31T23:59:59.999999999Z\"",
          "\"+300000-01-01T00:00:00Z\"",
          "\"-1000000000-01-01T00:00:00Z\"",
          "\"http://127.0.0.1:1/\"",
          "\"http://127.0.0.1:1/\\r\\nX-Injected:yes\"",
          "\"http://127.0.0.1:1/%0d%0aX\"",
          "\"http://127.0.0.1:1/\\ud800\"",
          "\"http://[::1%25lo]/\"",
          "\"file:///etc/passwd\"",
          "\"whsec_\"",
          "\"whsec_c2NyaXB0ZWQtcmVjZWl2ZXItbm90LXNlY3JldC0x\"");

  private final RunningHoming homing = RunningHoming.shared();
  private final List<String> wrongs = new CopyOnWriteArrayList<>();
  private final Map<String, String> latest = new ConcurrentHashMap<>();

  @Test
  void noInputMakesItFail() throws InterruptedException, ExecutionException {
    long seed = Long.getLong("fuzz.seed", System.nanoTime());
    System.out.println("-Dfuzz.seed=" + seed);
    try (ScriptedReceiver receiver = ScriptedReceiver.start();
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      String url = "\"" + receiver.url() + "\"";
      List<Future<Integer>> all =
          IntStream.range(0, CALLERS)
              .mapToObj(caller -> callers.submit(() -> call(seed + caller, url)))
              .toList();
      int errors = 0;
      for (Future<Integer> caller : all) {
        errors += caller.get();
      }
      assertThat(wrongs).as("-Dfuzz.seed=%d", seed).isEmpty();
      assertThat(errors).as("of %d", CALLERS * REQUESTS_PER_CALLER).isBetween(500, 1_900);
    } finally {
      deleteSubscriptions();
    }
  }

  /** Otherwise its events would be retried for days. */
  private void deleteSubscriptions() {
    Api api = homing.api();
    for (int i = 0; i < 20; i++) {
      var all = api.get("/subscriptions?limit=250&event_type=fuzz.a").expect(200).json();
      all.get("items").values().stream()
          .filter(item -> item.get("event_types").toString().contains("fuzz"))
          .forEach(item -> api.delete("/subscriptions/" + Api.text(item, "id")));
    }
  }

  /** Returns how many of its requests were refused. */
  private int call(long seed, String url) throws IOException {
    Random random = new Random(seed);
    List<String> routes = homing.routes().stream().sorted().toList();
    int refused = 0;
    for (int i = 0; i < REQUESTS_PER_CALLER; i++) {
      byte[] request = request(oneOf(routes, random), url, random);
      Api.Answer answer = RawCaller.call(homing.port(), request);
      refused += answer.status() >= 400 ? 1 : 0;
      try {
        check(answer, request);
      } catch (AssertionError wrong) {
        wrongs.add(
            "request %d with seed %d: %s%nwas answered %d %s: %s"
                .formatted(
                    i,
                    seed,
                    new String(request, ISO_8859_1),
                    answer.status(),
                    answer.text(),
                    wrong.getMessage()));
      }
    }
    return refused;
  }

  private void check(Api.Answer answer, byte[] request) {
    assertThat(answer.status()).isBetween(200, 499);
    assertThat(answer.headers())
        .doesNotContainKeys("x-injected", "server", "access-control-allow-origin");
    if (answer.status() >= 400 && answer.body().length > 0) {
      ProblemsTest.problem(answer, answer.status());
      assertThat(answer.text())
          .doesNotContainPattern("(?i)sqlstate|postgres|select .* from |insert into|violates");
    } else if (answer.status() >= 400) {
      assertThat(new String(request, ISO_8859_1)).startsWith("HEAD ");
    } else if (answer.status() == 201 || answer.status() == 202) {
      String id = answer.json().path("id").asString("");
      latest.put(id.split("_", 2)[0], id);
    }
  }

  private byte[] request(String route, String url, Random random) {
    String[] parts = route.split(" ", 2);
    byte[] body = body(url, random);
    StringBuilder head = new StringBuilder();
    head.append(random.nextInt(5) == 0 ? oneOf(METHODS, random) : parts[0])
        .append(' ')
        .append(path(parts[1], random))
        .append(query(random))
        .append(" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n")
        .append(random.nextInt(8) == 0 ? "" : "Content-Type: application/json\r\n");
    for (int more = random.nextInt(3); more > 0; more--) {
      head.append(oneOf(HEADERS, random)).append("\r\n");
    }
    ByteArrayOutputStream request = new ByteArrayOutputStream();
    if (random.nextInt(4) == 0) {
      request.writeBytes(
          head.append("Transfer-Encoding: chunked\r\n\r\n").toString().getBytes(ISO_8859_1));
      if (body.length > 0) {
        request.writeBytes((Integer.toHexString(body.length) + "\r\n").getBytes(ISO_8859_1));
        request.writeBytes(body);
        request.writeBytes("\r\n".getBytes(ISO_8859_1));
      }
      request.writeBytes("0\r\n\r\n".getBytes(ISO_8859_1));
    } else {
      head.append("Content-Length: ").append(body.length).append("\r\n\r\n");
      request.writeBytes(head.toString().getBytes(ISO_8859_1));
      request.writeBytes(body);
    }
    return request.toByteArray();
  }

  private String path(String pattern, Random random) {
    StringBuilder path = new StringBuilder();
    for (String segment : pattern.substring(1).split("/", -1)) {
      path.append(random.nextInt(40) == 0 ? "//" : "/");
      if (random.nextInt(20) == 0) {
        path.append(oneOf(SEGMENTS, random));
      } else if (segment.equals("{type}")) {
        path.append(random.nextInt(3) == 0 ? oneOf(SEGMENTS, random) : "fuzz.a");
      } else if (segment.startsWith("{")) {
        path.append(random.nextInt(3) == 0 ? oneOf(SEGMENTS, random) : possibleId(path, random));
      } else {
        path.append(segment);
      }
    }
    return path.append(random.nextInt(8) == 0 ? "/" : "").toString();
  }

  /** An id that may exist. */
  private String possibleId(CharSequence collection, Random random) {
    String kind =
        Map.of("/subscriptions/", "sub", "/events/", "evt", "/deliveries/", "dlv", "/keys/", "hk")
            .getOrDefault(collection.toString(), "");
    if (kind.equals("dlv") && latest.containsKey("evt")) {
      return homing.api().deliveriesOf(latest.get("evt")).stream()
          .findFirst()
          .map(delivery -> Api.text(delivery, "id"))
          .orElse("x");
    }
    return latest.getOrDefault(kind, oneOf(SEGMENTS, random));
  }

  private static String query(Random random) {
    StringBuilder query = new StringBuilder();
    for (int i = random.nextInt(3) == 0 ? random.nextInt(4) : 0; i > 0; i--) {
      query
          .append(query.isEmpty() ? '?' : '&')
          .append(oneOf(PARAMETERS, random))
          .append(random.nextInt(10) == 0 ? "" : "=" + oneOf(VALUES, random));
    }
    return query.toString();
  }

  private static byte[] body(String url, Random random) {
    return switch (random.nextInt(14)) {
      case 0 -> new byte[0];
      case 1 -> noise(random);
      case 2 -> oneOf(SCALARS, random).getBytes(UTF_8);
      case 3 -> ("[" + object(2, url, random) + "]").getBytes(UTF_8);
      case 4 -> "[".repeat(random.nextInt(20_000)).getBytes(UTF_8);
      case 5 -> "{\"metadata\":".repeat(random.nextInt(20_000)).getBytes(UTF_8);
      case 6 -> object(2, url, random).getBytes(UTF_16);
      case 7 -> brokenUtf8(object(2, url, random), random);
      case 8 -> CompressedBodiesTest.gzip(object(2, url, random).getBytes(UTF_8));
      case 9 -> notQuiteJson(object(2, url, random), random);
      default -> object(2, url, random).getBytes(UTF_8);
    };
  }

  private static byte[] notQuiteJson(String text, Random random) {
    byte[] utf8 = text.getBytes(UTF_8);
    return switch (random.nextInt(7)) {
      case 0 -> text.replace("{", "{\"url\": \"x\", ").getBytes(UTF_8);
      case 1 -> text.getBytes(UTF_16BE);
      case 2 -> text.getBytes(Charset.forName("UTF-32LE"));
      case 3 -> ("\ufeff" + text).getBytes(UTF_8);
      case 4 -> CompressedBodiesTest.joined(utf8, new byte[] {(byte) 0xc0, (byte) 0xaf}); // "/"
      case 5 -> CompressedBodiesTest.joined(CompressedBodiesTest.gzip(utf8), noise(random));
      default -> CompressedBodiesTest.members(random.nextInt(3_000));
    };
  }

  private static byte[] noise(Random random) {
    byte[] noise = new byte[random.nextInt(2_000)];
    random.nextBytes(noise);
    return noise;
  }

  private static byte[] brokenUtf8(String text, Random random) {
    byte[] bytes = text.getBytes(UTF_8);
    bytes[random.nextInt(bytes.length)] = (byte) (0x80 + random.nextInt(0x80));
    return bytes;
  }

  /** Half of the time the required fields are there, so that the others are checked. */
  private static String object(int depth, String url, Random random) {
    List<String> fields = new ArrayList<>();
    if (random.nextBoolean()) {
      fields.add("\"url\": " + url);
      fields.add("\"event_types\": [\"fuzz.a\"]");
    } else if (random.nextBoolean()) {
      fields.add("\"tenant\": \"default\"");
      fields.add("\"scopes\": [\"read\"]");
    }
    for (int more = random.nextInt(4); more > 0; more--) {
      fields.add("\"%s\": %s".formatted(oneOf(FIELDS, random), value(depth, url, random)));
    }
    return "{" + String.join(", ", fields) + "}";
  }

  private static String value(int depth, String url, Random random) {
    return switch (depth == 0 ? 9 : random.nextInt(10)) {
      case 0 -> object(depth - 1, url, random);
      case 1, 2 -> "[" + value(depth - 1, url, random) + "]";
      case 3 -> "{\"x\": " + value(depth - 1, url, random) + "}";
      case 4 -> "{\"max_attempts\": " + value(depth - 1, url, random) + "}";
      default -> oneOf(SCALARS, random);
    };
  }

  private static <T> T oneOf(List<T> all, Random random) {
    return all.get(random.nextInt(all.size()));
  }
}
