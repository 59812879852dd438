package dev.homing.app.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.journey.Api;
import dev.homing.app.journey.RunningHoming;
import dev.homing.app.problem.ProblemsTest;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever sends slowly is not waited for: silence is bounded, and so is the whole of a request. */
@Execution(ExecutionMode.CONCURRENT)
class SlowCallersTest {
  private static final String KEY = "Authorization: Bearer " + RunningHoming.ADMIN_KEY + "\r\n";

  private static RunningHoming homing;

  @BeforeAll
  static void startWithLittlePatience() {
    homing =
        RunningHoming.startAlone(
            "slow",
            Map.of(
                "HOMING_ADMIN_KEY",
                RunningHoming.ADMIN_KEY,
                "homing.requests.head-timeout",
                "500ms",
                "homing.requests.body-timeout",
                "500ms",
                "server.tomcat.connection-timeout",
                "2s",
                "server.tomcat.keep-alive-timeout",
                "2s"));
  }

  @AfterAll
  static void stop() {
    homing.close();
  }

  private static RawCaller caller() throws IOException {
    return new RawCaller(homing.port());
  }

  private static String head(String request, String headers) {
    return request + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n";
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: localhost\r\nX: "})
  void aTricklingHeadIsCutOff(String beginning) throws IOException {
    try (RawCaller caller = caller()) {
      caller.write(beginning);

      assertThat(caller.trickle("GGGG").status()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Type: text/plain\r\nContent-Length: 100000\r\n",
        "Content-Type: application/json\r\nContent-Length: 100000\r\n",
        "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100000\r\n",
        "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 100000\r\n",
        "Content-Length: 100000\r\nConnection: close\r\n",
        "Transfer-Encoding: chunked\r\n"
      })
  void aTricklingBodyIsCutOff(String headers) throws IOException {
    for (String path : new String[] {"/webhooks/nobody.hears.this", "/subscriptions"}) {
      try (RawCaller caller = caller()) {
        caller.write(head("POST " + path, KEY + headers));

        Api.Answer answer = caller.trickle(headers.contains("chunked") ? "1\r\n \r\n" : " ");

        if (answer.status() != 415) {
          ProblemsTest.problem(answer, 408);
        }
      }
    }
  }

  @Test
  void aTricklingCompressedBodyIsCutOff() throws IOException {
    try (RawCaller caller = caller()) {
      caller.write(
          head(
              "POST /webhooks/nobody.hears.this",
              KEY + "Content-Encoding: gzip\r\nContent-Length: 9999\r\n"));
      // A header with a name that goes on and on.
      caller.write("\u001f\u008b\b\b\0\0\0\0\0\0");

      ProblemsTest.problem(caller.trickle("n"), 408);
    }
  }

  @Test
  void aStalledBodyTimesOut() throws IOException {
    for (String path : new String[] {"/webhooks/nobody.hears.this", "/subscriptions"}) {
      try (RawCaller caller = caller()) {
        caller.write(
            head("POST " + path, KEY + "Content-Type: application/json\r\nContent-Length: 10\r\n"));
        caller.write("{");

        ProblemsTest.problem(caller.answer(), 408);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "POST /webhooks/nobody.hears.this HTTP/1.1\r\n",
        "POST /webhooks/nobody.hears.this HTTP/1.0\r\n",
        "GET /nowhere HTTP/1.1\r\n" + "Authorization: Bearer " + RunningHoming.ADMIN_KEY + "\r\n",
        "GET /events HTTP/1.1\r\n" + "Authorization: Bearer " + RunningHoming.ADMIN_KEY + "\r\n"
      })
  void anUnreadBodyIsDiscardedForALimitedTime(String request) throws IOException {
    try (RawCaller caller = caller()) {
      caller.write(request + "Host: localhost\r\nContent-Length: 1000000\r\n\r\n");

      assertThat(caller.trickle(" ").status()).isIn(200, 401, 404);
    }
  }

  @Test
  void aSmallUnreadBodyKeepsTheConnection() throws IOException {
    try (RawCaller caller = caller()) {
      caller.write(head("POST /webhooks/nobody.hears.this", "Transfer-Encoding: chunked\r\n"));
      caller.awaitText("HTTP/1.1 401");
      caller.write("3\r\nabc\r\n0\r\n\r\n");
      caller.write(head("GET /events", KEY));

      caller.awaitText("HTTP/1.1 200");
    }
  }

  /** A connection that is reset while the body is still being sent loses the answer. */
  @Test
  void bodyOfFiveMebibytesIsReadToItsEnd() throws IOException {
    int size = 5 << 20;
    try (Socket client =
        new Socket(InetAddress.getLoopbackAddress(), RunningHoming.withAdminKey().port())) {
      OutputStream out = client.getOutputStream();
      out.write(
          head("POST /webhooks/nobody.hears.this", "Content-Length: %d\r\n".formatted(size))
              .getBytes(UTF_8));
      for (int sent = 0; sent < size; sent += 1 << 16) {
        out.write(new byte[1 << 16]);
      }

      assertThat(new String(client.getInputStream().readAllBytes(), UTF_8))
          .startsWith("HTTP/1.1 401");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gr\u00fc\u00dfe", "\u0080\u009f", "\u00ff", "a\tb", "a b"})
  void oddCharactersMakeATokenInvalid(String token) throws IOException {
    assertThat(
            RawCaller.call(
                    RunningHoming.withAdminKey().port(),
                    head(
                        "GET /events",
                        "Connection: close\r\nAuthorization: Bearer " + token + "\r\n"))
                .status())
        .isEqualTo(401);
  }

  @Test
  void twoKeysCountAsNone() throws IOException {
    assertThat(
            RawCaller.call(
                    RunningHoming.withAdminKey().port(),
                    head(
                        "GET /events",
                        "Connection: close\r\n" + KEY + "Authorization: Bearer x\r\n"))
                .status())
        .isEqualTo(401);
  }

  @Test
  void aBodyNeverAskedForIsNotWaitedFor() throws IOException {
    try (RawCaller caller = caller()) {
      caller.write(
          head(
              "POST /webhooks/nobody.hears.this",
              "Expect: 100-continue\r\nContent-Length: 1000\r\n"));

      assertThat(caller.answer().status()).isEqualTo(401);
    }
  }

  @Test
  void aSilentCallerIsDisconnected() throws IOException {
    try (RawCaller silent = caller();
        RawCaller finished = caller()) {
      finished.write(head("GET /events", KEY));
      finished.awaitText("\r\n\r\n");

      assertThat(silent.answer().status()).isZero();
      assertThat(finished.answer().status()).isZero();
    }
  }
}
