package dev.homing.app.http;

import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.journey.Api;
import dev.homing.app.journey.RunningHoming;
import dev.homing.app.problem.ProblemsTest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.Charset;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** All routes accept the same JSON. */
class StrictJsonTest {
  private static final String TEXT =
      "{\"url\": \"https://example.com\", \"event_types\": [\"a.b\"], \"description\": \"%s\"}";

  private final Api api = RunningHoming.shared().api();
  private final String subscription =
      Api.id(api.post("/subscriptions", TEXT.formatted("")).expect(201));

  private static Stream<byte[]> otherEncodings() {
    return Stream.of(
        TEXT.getBytes(UTF_16),
        TEXT.getBytes(UTF_16BE),
        TEXT.getBytes(UTF_16LE),
        TEXT.getBytes(Charset.forName("UTF-32BE")),
        TEXT.getBytes(Charset.forName("UTF-32LE")),
        with(0xc0, 0xaf), // An overlong slash.
        with(0xe0, 0x80, 0xaf),
        with(0xed, 0xa0, 0x80), // Half of a surrogate pair.
        with(0xf4, 0x90, 0x80, 0x80), // Beyond U+10FFFF.
        with(0xe4), // A latin letter.
        with(0xff));
  }

  private static byte[] with(int... octets) {
    String[] around = TEXT.split("%s", -1);
    byte[] inside = new byte[octets.length];
    for (int i = 0; i < octets.length; i++) {
      inside[i] = (byte) octets[i];
    }
    return CompressedBodiesTest.joined(
        around[0].getBytes(UTF_8), inside, around[1].getBytes(UTF_8));
  }

  @ParameterizedTest
  @MethodSource("otherEncodings")
  void otherEncodingIsRefusedOnEachRoute(byte[] body) {
    Map<String, String> routes =
        Map.of(
            "/subscriptions",
            "POST",
            "/subscriptions/" + subscription,
            "PUT",
            "/subscriptions/" + subscription + "/",
            "PATCH",
            "/subscriptions/" + subscription + "/rotate",
            "POST",
            "/keys",
            "POST",
            "/tenants",
            "POST");
    routes.forEach(
        (path, method) ->
            ProblemsTest.problem(
                api.send(
                    method,
                    path,
                    BodyPublishers.ofByteArray(body),
                    "Content-Type",
                    "application/json"),
                400));
  }

  @Test
  void anotherCharsetIsRefused() {
    for (String charset : List.of("utf-16", "iso-8859-1", "us-ascii")) {
      ProblemsTest.problem(
          api.send(
              "POST",
              "/subscriptions",
              BodyPublishers.ofString(TEXT),
              "Content-Type",
              "application/json; charset=" + charset),
          415);
    }
    api.send(
            "POST",
            "/subscriptions",
            BodyPublishers.ofString(TEXT),
            "Content-Type",
            "application/json; charset=UTF-8")
        .expect(201);
  }

  /** Payloads belong to the client and may be any bytes. */
  @Test
  void payloadIsStoredUnchanged() {
    byte[] payload = TEXT.getBytes(UTF_16);

    String id =
        Api.id(
            api.send(
                    "POST",
                    "/webhooks/nobody.hears.this",
                    BodyPublishers.ofByteArray(payload),
                    "Content-Type",
                    "application/json; charset=utf-16")
                .expect(202));

    assertThat(api.get("/events/" + id + "/payload").expect(200).body()).isEqualTo(payload);
  }
}
