package dev.homing.app.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.journey.Api;
import dev.homing.app.journey.RunningHoming;
import dev.homing.app.problem.ProblemsTest;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is no request is answered with a problem as well, which does not say who answers. */
@Execution(ExecutionMode.CONCURRENT)
class MalformedRequestsTest {
  private static final int PORT = RunningHoming.shared().port();

  private static Arguments refused(int status, String request) {
    return Arguments.of(status, request);
  }

  private static Arguments get(int status, String path) {
    return refused(
        status, "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  }

  private static Arguments header(int status, String header) {
    return refused(
        status,
        "GET /subscriptions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            + header
            + "\r\n\r\n");
  }

  private static Arguments post(int status, String headers, String body) {
    return refused(
        status,
        "POST /webhooks/nobody.hears.this HTTP/1.1\r\nHost: localhost\r\n"
            + headers
            + "\r\n\r\n"
            + body);
  }

  private static Stream<Arguments> requests() {
    return Stream.of(
        refused(400, "nonsense\r\n\r\n"),
        refused(400, "\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003\r\n\r\n"),
        refused(400, "GET\r\n\r\n"),
        refused(400, "GE(T / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        refused(400, "GET nonsense HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        refused(400, "GET /a b c HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        refused(400, "GET /\0 HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        refused(400, "GET / HTTP/1.1 x\r\nHost: localhost\r\n\r\n"),
        refused(400, "GET /" + "a".repeat(9_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        refused(505, "GET / HTTP/9.9\r\nHost: localhost\r\n\r\n"),
        refused(505, "GET / HTTP/2.0\r\nHost: localhost\r\n\r\n"),
        refused(400, "GET / HTTP/1.1\r\n\r\n"),
        refused(400, "GET / HTTP/1.1\r\nHost: localhost\r\nHost: b\r\n\r\n"),
        refused(400, "GET / HTTP/1.1\r\nHost: a_b/c\r\n\r\n"),
        refused(400, "GET / HTTP/1.1\r\nHost: a:port\r\n\r\n"),
        refused(400, "GET http://b/ HTTP/1.1\r\nHost: \r\n\r\n\0"),
        get(400, "/<script>"),
        get(400, "/subscriptions/%00"),
        get(400, "/%zz"),
        get(400, "/%2e%2e/%2e%2e/etc"),
        get(400, "/../etc"),
        get(400, "/a;b=c//d\\e"),
        get(400, "/subscriptions/%2f"),
        get(400, "/subscriptions//x"),
        get(404, "/nowhere"),
        header(400, "Bad Header: b"),
        header(400, ": b"),
        header(400, "no colon"),
        header(400, "X: a\0b"),
        header(400, "X: a\u0001b"),
        header(431, "X: " + "a".repeat(9_000)),
        header(431, "Authorization: Bearer " + "a".repeat(10 << 10)),
        header(400, "X: a\r\n".repeat(101) + "X: a"),
        post(400, "Connection: close\r\nContent-Length: 2\r\nIdempotency-Key: \u00e9", "{}"),
        post(400, "Connection: close\r\nContent-Length: 2\r\nIdempotency-Key: \"\u00e9\"", "{}"),
        post(
            400,
            "Connection: close\r\nContent-Length: 2\r\nContent-Type: a/b\r\nContent-Type: c/d",
            "{}"),
        post(400, "Content-Length: many", ""),
        post(400, "Content-Length: -1", ""),
        post(400, "Content-Length: 1\r\nContent-Length: 2", "ab"),
        post(400, "Content-Length: 99999999999999999999", ""),
        post(413, "Content-Length: 9999999999999", ""),
        post(501, "Transfer-Encoding: nonsense", ""),
        post(400, "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
        post(400, "Transfer-Encoding: chunked", "zz\r\n"),
        post(400, "Transfer-Encoding: chunked", "-1\r\n"),
        post(400, "Transfer-Encoding: chunked", "fffffffffffffffff\r\n"),
        post(415, "Content-Encoding: br\r\nContent-Length: 1\r\nConnection: close", "a"),
        refused(405, "TRACE / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"),
        refused(405, "DELETE /events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"),
        refused(417, "GET /events HTTP/1.1\r\nHost: localhost\r\nExpect: nonsense\r\n\r\n"));
  }

  @ParameterizedTest
  @MethodSource("requests")
  void areAnsweredWithAProblem(int status, String request) throws IOException {
    Api.Answer answer = RawCaller.call(PORT, request);

    ProblemsTest.problem(answer, status);
    assertThat(answer.headers()).doesNotContainKey("server");
    assertThat(answer.header("x-content-type-options")).isEqualTo("nosniff");
    assertThat(answer.header("cache-control")).contains("no-store");
  }

  @Test
  void collidingHeadersAreNotPassedOn() throws IOException {
    Api.Answer answer =
        RawCaller.call(
            PORT,
            String.join(
                "\r\n",
                "POST /webhooks/nobody.hears.this HTTP/1.1",
                "Host: localhost",
                "Content-Length: 4",
                "Transfer-Encoding: chunked",
                "",
                "0",
                "",
                "GET /events HTTP/1.1",
                "Host: localhost",
                "",
                ""));

    assertThat(answer.status()).isIn(202, 400);
    assertThat(answer.text()).doesNotContain("HTTP/1.1");
  }
}
