package dev.homing.activities.outbound;

import static dev.homing.activities.outbound.RawReceiver.Script.answer;
import static dev.homing.workflows.delivery.Outcome.Fault.CONNECTION_RESET;
import static dev.homing.workflows.delivery.Outcome.Fault.INVALID_RESPONSE;
import static dev.homing.workflows.delivery.Outcome.Fault.TIMED_OUT;
import static dev.homing.workflows.delivery.Outcome.Fault.TLS_FAILED;

import dev.homing.activities.outbound.RawReceiver.Line;
import dev.homing.activities.outbound.RawReceiver.Script;
import dev.homing.workflows.delivery.Outcome;
import dev.homing.workflows.delivery.Outcome.Delivered;
import dev.homing.workflows.delivery.Outcome.Fault;
import dev.homing.workflows.delivery.Outcome.Refused;
import dev.homing.workflows.delivery.Outcome.Unanswered;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import okhttp3.HttpUrl;

/**
 * A receiver's hostile reaction to one attempt, plain or over TLS, and the expected result.
 *
 * @param large whether the payload exceeds the kernel's buffers if the receiver reads nothing
 * @param body the recorded part of the response body, one character per byte
 * @param keeps whether the connection is kept for the next request
 */
record Misbehaviour(
    String name,
    boolean secure,
    Script script,
    boolean large,
    Duration timeout,
    Outcome outcome,
    String body,
    boolean keeps) {
  private static final int LIMIT = 16 * 1024;
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
  private static final String ANOTHER = "HTTP/1.1 500 No\r\nContent-Length: 7\r\n\r\nanother";
  private static final String CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

  private static final byte[] SMALL = "{\"first\": true}".getBytes(StandardCharsets.US_ASCII);

  /** More than the buffers of both sockets take: Linux lets the sender's grow to 4 MiB. */
  private static final byte[] LARGE = new byte[5 * 1024 * 1024];

  private static final Duration SHORT = Duration.ofSeconds(1);
  private static final Duration LONG = Duration.ofSeconds(30);

  static final List<Misbehaviour> ENDLESS =
      bothWays(
          answers("headers", "HTTP/1.1 200 OK\r\n", "a: b\r\n").endsIn(INVALID_RESPONSE),
          answers("headers of one letter", "HTTP/1.1 200 OK\r\n", "a\r\n").endsIn(INVALID_RESPONSE),
          of(
                  "headers of one letter, held",
                  answer("HTTP/1.1 200 OK\r\n" + "a\r\n".repeat(240_000)).then(Line::fallSilent))
              .endsIn(INVALID_RESPONSE),
          answers(
                  "headers in three bytes a letter",
                  "HTTP/1.1 200 OK\r\n",
                  "\u00e2\u0082\u00ac\r\n")
              .endsIn(INVALID_RESPONSE),
          answers("one header", "HTTP/1.1 200 OK\r\na: ", "x").endsIn(INVALID_RESPONSE),
          answers("status line", "HTTP/1.1 200 ", "x").endsIn(INVALID_RESPONSE),
          answers("100s", "", "HTTP/1.1 100 Continue\r\n\r\n").endsIn(INVALID_RESPONSE),
          answers("103s", "", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
              .endsIn(INVALID_RESPONSE),
          answers("extension of a chunk", CHUNKED + "5;", "x").endsIn(new Delivered(200)),
          answers("size of a chunk", CHUNKED, "0").endsIn(new Delivered(200)),
          answers("trailers", CHUNKED + "2\r\nok\r\n0\r\n", "a\r\n")
              .endsIn(new Delivered(200))
              .withBody("ok"),
          answers("chunks", CHUNKED, "400\r\n" + "x".repeat(1024) + "\r\n")
              .endsIn(new Delivered(200))
              .withBody("x".repeat(LIMIT)),
          answers("chunks of one byte", CHUNKED, "1\r\nx\r\n")
              .endsIn(new Delivered(200))
              .withBody("x".repeat(LIMIT)),
          answers("body of 10 GB", "HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\n", "x")
              .endsIn(new Delivered(200))
              .withBody("x".repeat(LIMIT)),
          answers("body without a length", "HTTP/1.1 500 No\r\n\r\n", "x")
              .endsIn(new Refused(500, null))
              .withBody("x".repeat(LIMIT)),
          ends(
                  "bomb of compressed bytes",
                  head("Content-Encoding: gzip", "Content-Length: " + Bomb.BYTES.length())
                      + Bomb.BYTES)
              .endsIn(new Delivered(200))
              .withBody(Bomb.BYTES.substring(0, LIMIT)));

  static final List<Misbehaviour> SLOW =
      bothWays(
          of("says nothing", Line::fallSilent).within(SHORT).endsIn(TIMED_OUT),
          of("reads nothing", Line::awaitEnd).withLargePayload().within(SHORT).endsIn(TIMED_OUT),
          trickles("a status line", "", OK).within(SHORT).endsIn(TIMED_OUT),
          trickles("headers", "HTTP/1.1 200 OK\r\n", "a: b\r\n").within(SHORT).endsIn(TIMED_OUT),
          trickles("100s", "", "HTTP/1.1 100 Continue\r\n\r\n").within(SHORT).endsIn(TIMED_OUT),
          of(
                  "keeps a body to itself that it promised",
                  answer(head("Content-Length: 10") + "abc").then(Line::awaitEnd))
              .endsIn(new Delivered(200))
              .withBody("abc"));

  static final List<Misbehaviour> BROKEN =
      both(
          bothWays(
              breaks("after the request line", line -> line.readUntil("\r\n"), CONNECTION_RESET),
              breaks("after the request", Line::readRequest, CONNECTION_RESET),
              breaks("in the status line", answer("HTTP/1."), CONNECTION_RESET),
              breaks("after the status line", answer("HTTP/1.1 200 OK\r\n"), CONNECTION_RESET),
              breaks("in the headers", answer("HTTP/1.1 200 OK\r\na: b\r\nc"), CONNECTION_RESET),
              breaks("after a 100", answer("HTTP/1.1 100 Continue\r\n\r\n"), CONNECTION_RESET),
              breaksOnceHeadersAreRead("in the body", head("Content-Length: 10"))
                  .endsIn(new Delivered(200)),
              breaksOnceHeadersAreRead("in a chunk", CHUNKED + "5\r\n").endsIn(new Delivered(200)),
              ends("ends in the headers", "HTTP/1.1 200 OK\r\na: b\r\nc").endsIn(CONNECTION_RESET),
              ends("ends in the body", head("Content-Length: 10") + "abc")
                  .endsIn(new Delivered(200))
                  .withBody("abc"),
              ends("ends in a chunk", CHUNKED + "5\r\nabc")
                  .endsIn(new Delivered(200))
                  .withBody("abc")),
          List.of(
              breaks("after accepting", _ -> {}, CONNECTION_RESET),
              breaks("after accepting", _ -> {}, CONNECTION_RESET).overTls(),
              breaks("after the handshake", Line::shakeHands, CONNECTION_RESET).overTls(),
              of("ends before the handshake", _ -> {}).endsIn(CONNECTION_RESET).overTls(),
              of("ends after the handshake", Line::shakeHands).endsIn(CONNECTION_RESET).overTls(),
              of(
                      "speaks no TLS any more",
                      line -> {
                        line.readRequest();
                        line.writeBelowTls(OK.repeat(1000));
                        line.awaitEnd();
                      })
                  .endsIn(TLS_FAILED)
                  .overTls()));

  static final List<Misbehaviour> UNCLEAR =
      bothWays(
          answers("two answers", OK + ANOTHER).endsIn(new Delivered(200)).withBody("ok"),
          answers("two answers, the second beyond what is read at once", padded() + ANOTHER)
              .endsIn(new Delivered(200))
              .withBody("ok"),
          answers("a body that was not promised", head("Content-Length: 0") + "ok")
              .endsIn(new Delivered(200)),
          answers("a body after a 204", "HTTP/1.1 204 No Content\r\n\r\n" + ANOTHER)
              .endsIn(new Delivered(204)),
          answers("a 204 with a length", "HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\nok")
              .endsIn(new Delivered(204)),
          answers("chunks and another answer", CHUNKED + "2\r\nok\r\n0\r\n\r\n" + ANOTHER)
              .endsIn(new Delivered(200))
              .withBody("ok"),
          answersAgain(
                  "a length and chunks",
                  head("Content-Length: 2", "Transfer-Encoding: chunked") + "2\r\nok\r\n0\r\n\r\n")
              .endsIn(new Delivered(200))
              .withBody("ok"),
          answersAgain(
                  "chunks and a length",
                  head("Transfer-Encoding: chunked", "Content-Length: 2") + "2\r\nok\r\n0\r\n\r\n")
              .endsIn(new Delivered(200))
              .withBody("ok"),
          answersAgain(
                  "a length and chunks that are none",
                  head("Content-Length: 2", "Transfer-Encoding: gzip, chunked") + "ok")
              .endsIn(new Delivered(200))
              .withBody("ok"),
          answersAgain("two lengths", head("Content-Length: 9", "Content-Length: 2") + "ok")
              .endsIn(new Delivered(200))
              .withBody("ok"),
          answersAgain("one length twice", head("Content-Length: 2", "Content-Length: 2") + "ok")
              .endsIn(new Delivered(200))
              .withBody("ok"),
          ends("two lengths in one header", head("Content-Length: 2, 9") + "ok")
              .endsIn(new Delivered(200))
              .withBody("ok"),
          ends(
                  "a length of more than there is",
                  head("Content-Length: 99999999999999999999") + "ok")
              .endsIn(new Delivered(200))
              .withBody("ok"),
          answersAgain("a length below zero", head("Content-Length: -2") + "ok")
              .endsIn(new Delivered(200)),
          answersAgain("a chunk below zero", CHUNKED + "-2\r\nok\r\n0\r\n\r\n")
              .endsIn(new Delivered(200)),
          answersAgain("a chunk of more than there is", CHUNKED + "fffffffffffffffff\r\nok")
              .endsIn(new Delivered(200)),
          answers("a chunk with more than its size", CHUNKED + "2\r\nokok\r\n0\r\n\r\n")
              .endsIn(new Delivered(200))
              .withBody("ok")
              .keepsTheConnection());

  static final List<Misbehaviour> ILLEGIBLE =
      bothWays(
          answersAgain("another protocol", "SSH-2.0-OpenSSH_9.6\r\n").endsIn(INVALID_RESPONSE),
          answersAgain("bytes of TLS", "\u0016\u0003\u0001\u0002\u0000\r\n")
              .endsIn(INVALID_RESPONSE),
          answersAgain("an empty line", "\r\n" + OK).endsIn(INVALID_RESPONSE),
          answersAgain("HTTP/2", "HTTP/2 200 OK\r\n\r\n").endsIn(INVALID_RESPONSE),
          answersAgain("a status of words", "HTTP/1.1 abc OK\r\n\r\n").endsIn(INVALID_RESPONSE),
          answersAgain("a status of two digits", "HTTP/1.1 20\r\n\r\n").endsIn(INVALID_RESPONSE),
          answersAgain("a status of four", "HTTP/1.1 2000 OK\r\n\r\n").endsIn(INVALID_RESPONSE),
          answersAgain("a status below zero", "HTTP/1.1 -20 OK\r\n\r\n").endsIn(INVALID_RESPONSE),
          answers("a status of zero", "HTTP/1.1 000 x\r\nContent-Length: 0\r\n\r\n")
              .endsIn(new Refused(0, null))
              .keepsTheConnection(),
          answersAgain("a NUL before the status line", "\0" + OK).endsIn(INVALID_RESPONSE),
          answersAgain("a NUL after the status", "HTTP/1.1 200\0\r\n\r\n").endsIn(INVALID_RESPONSE),
          answersAgain("a CR before the status line", "\r" + OK).endsIn(INVALID_RESPONSE),
          answersAgain("a CR before the status", "HTTP/1.1\r200 OK\r\n\r\n")
              .endsIn(INVALID_RESPONSE),
          answers("a NUL in the reason", "HTTP/1.1 200 \0\r\nContent-Length: 0\r\n\r\n")
              .endsIn(new Delivered(200))
              .keepsTheConnection(),
          answers("a CR in the reason", "HTTP/1.1 200 \rO\rK\r\nContent-Length: 0\r\n\r\n")
              .endsIn(new Delivered(200))
              .keepsTheConnection(),
          answers("a NUL in a header", head("a: \0b\0", "Content-Length: 0"))
              .endsIn(new Delivered(200))
              .keepsTheConnection(),
          answers("a CR in a header", head("a: b\rContent-Length: 9", "Content-Length: 0"))
              .endsIn(new Delivered(200))
              .keepsTheConnection(),
          ends("a NUL in a header's name", head("Content\0-Length: 1") + "ok")
              .endsIn(new Delivered(200))
              .withBody("ok"),
          ends("a CR in a header's name", head("Content\r-Length: 1") + "ok")
              .endsIn(new Delivered(200))
              .withBody("ok"),
          ends("a NUL in a length", head("Content-Length: 1\0") + "ok")
              .endsIn(new Delivered(200))
              .withBody("ok"),
          ends("a NUL in a coding", head("Transfer-Encoding: chunked\0") + "2\r\nok\r\n")
              .endsIn(new Delivered(200))
              .withBody("2\r\nok\r\n"),
          answersAgain("a NUL in a chunk's size", CHUNKED + "2\0\r\nok\r\n0\r\n\r\n")
              .endsIn(new Delivered(200)),
          answersAgain("a CR in a chunk's size", CHUNKED + "2\r0\r\nok\r\n0\r\n\r\n")
              .endsIn(new Delivered(200)),
          answers("NULs and CRs in a body", head("Content-Length: 4") + "\0\r\r\0")
              .endsIn(new Delivered(200))
              .withBody("\0\r\r\0")
              .keepsTheConnection());

  static final List<Misbehaviour> DEMANDING =
      bothWays(
          answersAgain("101", "HTTP/1.1 101 Switching\r\nUpgrade: a\r\nContent-Length: 0\r\n\r\n")
              .endsIn(new Refused(101, null)),
          answersAgain(
                  "101 to what comes",
                  "HTTP/1.1 101 Switching\r\nUpgrade: a\r\nConnection: Upgrade\r\n\r\n" + ANOTHER)
              .endsIn(new Refused(101, null)),
          answers("302", status(302, "Location: /elsewhere"))
              .endsIn(new Refused(302, null))
              .keepsTheConnection(),
          answers("307", status(307, "Location: /elsewhere"))
              .endsIn(new Refused(307, null))
              .keepsTheConnection(),
          answers("401", status(401, "WWW-Authenticate: Basic realm=\"x\""))
              .endsIn(new Refused(401, null))
              .keepsTheConnection(),
          answers("407", status(407, "Proxy-Authenticate: Basic realm=\"x\""))
              .endsIn(new Refused(407, null))
              .keepsTheConnection(),
          answers("407 with more", status(407, "Proxy-Authenticate: Basic realm=\"x\"") + ANOTHER)
              .endsIn(new Refused(407, null)),
          answers("408", status(408, "Connection: close")).endsIn(new Refused(408, null)),
          answers("421", status(421, "a: b")).endsIn(new Refused(421, null)).keepsTheConnection(),
          answers("503 and again at once", status(503, "Retry-After: 0"))
              .endsIn(new Refused(503, null))
              .keepsTheConnection(),
          answers("503 and again some day", status(503, "Retry-After: 9999999999"))
              .endsIn(new Refused(503, Duration.ofHours(24)))
              .keepsTheConnection());

  static final List<Misbehaviour> HASTY =
      bothWays(
          of(
                  "refuses before it reads",
                  early(status(413, "a: b")).then(Line::readRequest).then(Line::echo))
              .withLargePayload()
              .endsIn(new Refused(413, null))
              .keepsTheConnection(),
          of("refuses and reads nothing", early(status(413, "a: b")).then(Line::awaitEnd))
              .withLargePayload()
              .within(SHORT)
              .endsIn(TIMED_OUT),
          of(
                  "refuses before the request came",
                  early(status(413, "a: b") + ANOTHER).then(Line::readRequest).then(Line::echo))
              .endsIn(new Refused(413, null)));

  static final List<Misbehaviour> ALL =
      Stream.of(ENDLESS, SLOW, BROKEN, UNCLEAR, ILLEGIBLE, DEMANDING, HASTY)
          .flatMap(List::stream)
          .toList();

  RawReceiver receiver() throws IOException {
    return new RawReceiver(
        secure ? SampleCertificates.localhost().sslSocketFactory() : null, script, Line::echo);
  }

  /** The same with a longer timeout, for a machine that is busy with many others. */
  Misbehaviour onABusyMachine() {
    return within(timeout.plusSeconds(9));
  }

  WebhookRequest webhook(HttpUrl url) {
    return SampleWebhooks.with(url, large ? LARGE : SMALL, timeout);
  }

  private static Misbehaviour of(String name, Script script) {
    return new Misbehaviour(name, false, script, false, LONG, new Delivered(200), "", false);
  }

  private static Misbehaviour answers(String name, String answer) {
    return of(name, answer(answer).then(Line::echo));
  }

  private static Misbehaviour answers(String what, String start, String rest) {
    String much = rest.repeat(8192 / rest.length() + 1);
    return of("endless " + what, answer(start).then(line -> line.writeForEver(much)));
  }

  /** A second request on the same connection would get another request's answer. */
  private static Misbehaviour answersAgain(String name, String answer) {
    return of(name, answer(answer).then(answer(ANOTHER)));
  }

  private static Misbehaviour ends(String name, String answer) {
    return of(name, answer(answer));
  }

  private static Misbehaviour trickles(String what, String start, String rest) {
    return of("trickles " + what, answer(start).then(line -> line.trickle(rest)));
  }

  private static Misbehaviour breaks(String when, Script before, Fault fault) {
    return of("resets " + when, before.then(Line::reset)).endsIn(fault);
  }

  private static Misbehaviour breaksOnceHeadersAreRead(String when, String answer) {
    return of("resets " + when, answer(answer).then(Line::awaitHeadersRead).then(Line::reset));
  }

  /** Writes this before it reads anything. */
  private static Script early(String answer) {
    return line -> {
      line.shakeHands();
      line.write(answer);
    };
  }

  private static String head(String... headers) {
    return "HTTP/1.1 200 OK\r\n" + String.join("\r\n", headers) + "\r\n\r\n";
  }

  private static String status(int code, String header) {
    return "HTTP/1.1 " + code + " x\r\n" + header + "\r\nContent-Length: 0\r\n\r\n";
  }

  /** An answer that fills OkHttp's read buffer to the byte. */
  private static String padded() {
    String start = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\na: ";
    return start + "x".repeat(8192 - start.length() - 6) + "\r\n\r\nok";
  }

  private Misbehaviour endsIn(Outcome outcome) {
    return new Misbehaviour(name, secure, script, large, timeout, outcome, body, keeps);
  }

  private Misbehaviour endsIn(Fault fault) {
    return endsIn(new Unanswered(fault, ""));
  }

  private Misbehaviour withBody(String body) {
    return new Misbehaviour(name, secure, script, large, timeout, outcome, body, keeps);
  }

  private Misbehaviour keepsTheConnection() {
    return new Misbehaviour(name, secure, script, large, timeout, outcome, body, true);
  }

  private Misbehaviour withLargePayload() {
    return new Misbehaviour(name, secure, script, true, timeout, outcome, body, keeps);
  }

  private Misbehaviour within(Duration timeout) {
    return new Misbehaviour(name, secure, script, large, timeout, outcome, body, keeps);
  }

  private Misbehaviour overTls() {
    return new Misbehaviour(name, true, script, large, timeout, outcome, body, keeps);
  }

  private static List<Misbehaviour> bothWays(Misbehaviour... all) {
    return Arrays.stream(all).flatMap(one -> Stream.of(one, one.overTls())).toList();
  }

  private static List<Misbehaviour> both(List<Misbehaviour> some, List<Misbehaviour> more) {
    List<Misbehaviour> both = new ArrayList<>(some);
    both.addAll(more);
    return List.copyOf(both);
  }

  @Override
  public String toString() {
    return secure ? name + ", over TLS" : name;
  }

  /** A zip bomb: 32 MiB of zeros in 32 KiB. */
  private static final class Bomb {
    static final String BYTES = zipped();

    private static String zipped() {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (GZIPOutputStream zip = new GZIPOutputStream(bytes)) {
        byte[] zeros = new byte[1024 * 1024];
        for (int i = 0; i < 32; i++) {
          zip.write(zeros);
        }
      } catch (IOException impossible) {
        throw new UncheckedIOException(impossible);
      }
      return bytes.toString(StandardCharsets.ISO_8859_1);
    }
  }
}
