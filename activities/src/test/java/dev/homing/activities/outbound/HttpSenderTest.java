package dev.homing.activities.outbound;

import static dev.homing.activities.outbound.RawReceiver.Script.answer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.standardwebhooks.Webhook;
import dev.homing.activities.AtOnce;
import dev.homing.activities.destination.TimedDns;
import dev.homing.activities.outbound.Attempt.Instruction;
import dev.homing.activities.outbound.RawReceiver.Line;
import dev.homing.workflows.delivery.Outcome;
import dev.homing.workflows.delivery.Outcome.Delivered;
import dev.homing.workflows.delivery.Outcome.Gone;
import dev.homing.workflows.delivery.Outcome.Refused;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.Call;
import okhttp3.Dns;
import okhttp3.EventListener;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Response;
import okio.Buffer;
import okio.ByteString;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpSenderTest {
  private static final int LIMIT = 16 * 1024;
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

  private final OkHttpClient client = SampleClients.toAnywhere();
  private final HttpSender sender =
      new HttpSender(client, Clock.systemUTC(), new Egress(), "1.2.3");
  private final MockWebServer receiver = new MockWebServer();

  @BeforeEach
  void start() throws IOException {
    receiver.start();
  }

  @AfterEach
  void stop() {
    receiver.close();
  }

  @Test
  void deliversWithEveryHeaderOfStandardWebhooks() throws Exception {
    receiver.enqueue(new MockResponse.Builder().code(201).body("thanks").build());

    Attempt attempt = sender.send(SampleWebhooks.to(receiver.url("/hook?a=b")));

    assertThat(attempt.outcome()).isEqualTo(new Delivered(201));
    assertThat(attempt.responseBody()).isEqualTo(ascii("thanks"));
    assertThat(attempt.took()).isPositive();
    RecordedRequest request = receiver.takeRequest();
    assertThat(request.getRequestLine()).isEqualTo("POST /hook?a=b HTTP/1.1");
    assertThat(header(request, "webhook-id")).isEqualTo(SampleWebhooks.EVENT.toString());
    assertThat(header(request, "webhook-timestamp"))
        .isEqualTo(Long.toString(attempt.startedAt().getEpochSecond()));
    assertThat(header(request, "webhook-attempt")).isEqualTo("1");
    assertThat(header(request, "user-agent")).isEqualTo("Homing/1.2.3");
    assertThat(header(request, "content-type")).isEqualTo("application/json");
    assertThat(header(request, "accept-encoding")).isEqualTo("identity");
    new Webhook(SampleWebhooks.SECRET.text())
        .verify(body(request).utf8(), request.getHeaders().toMultimap());
  }

  @Test
  void sendsBytesThatAreNotText() throws Exception {
    receiver.enqueue(new MockResponse.Builder().build());
    byte[] payload = {0, 1, 2, (byte) 0xff, (byte) 0xfe, '\r', '\n'};

    sender.send(SampleWebhooks.with(receiver.url("/"), "text/x; charset=\"a b\"", payload));

    RecordedRequest request = receiver.takeRequest();
    assertThat(body(request).toByteArray()).isEqualTo(payload);
    assertThat(header(request, "content-type")).isEqualTo("text/x; charset=\"a b\"");
    assertThat(header(request, "webhook-attempt")).isEqualTo("3");
  }

  @Test
  void sendsAnEmptyPayloadWithoutContentType() throws Exception {
    receiver.enqueue(new MockResponse.Builder().build());

    Attempt attempt = sender.send(SampleWebhooks.with(receiver.url("/"), null, new byte[0]));

    assertThat(attempt.outcome()).isEqualTo(new Delivered(200));
    assertThat(attempt.responseBody()).isNull();
    RecordedRequest request = receiver.takeRequest();
    assertThat(request.getHeaders().get("content-type")).isNull();
    assertThat(header(request, "content-length")).isEqualTo("0");
    new Webhook(SampleWebhooks.SECRET.text()).verify("", request.getHeaders().toMultimap());
  }

  @ParameterizedTest
  @ValueSource(ints = {300, 301, 307, 400, 401, 404, 407, 408, 421, 429, 500, 502, 503, 599})
  void countsAnyOtherStatusAsARefusalAndSendsNothingMore(int status) {
    receiver.enqueue(
        new MockResponse.Builder()
            .code(status)
            .addHeader("Location", "/elsewhere")
            .addHeader("WWW-Authenticate", "Basic realm=\"x\"")
            .build());
    receiver.enqueue(new MockResponse.Builder().build());

    Attempt attempt = sender.send(SampleWebhooks.to(receiver.url("/")));

    assertThat(attempt.outcome()).isEqualTo(new Refused(status, null));
    assertThat(receiver.getRequestCount()).isEqualTo(1);
  }

  @Test
  void keepsTheBodyOfARefusal() {
    receiver.enqueue(new MockResponse.Builder().code(500).body("out of paper").build());

    Attempt attempt = sender.send(SampleWebhooks.to(receiver.url("/")));

    assertThat(attempt.outcome()).isEqualTo(new Refused(500, null));
    assertThat(attempt.responseBody()).isEqualTo(ascii("out of paper"));
  }

  @Test
  void reports410AsGone() {
    receiver.enqueue(new MockResponse.Builder().code(410).build());

    assertThat(sender.send(SampleWebhooks.to(receiver.url("/"))).outcome()).isEqualTo(new Gone());
  }

  @ParameterizedTest
  @CsvSource({
    "500, abort-message, ABORT_MESSAGE",
    "400, disable, DISABLE",
    "200, disable, DISABLE",
    "500, pause, ",
    "500, 'abort-message, disable', ",
    "500, '', ",
  })
  void readsWhatTheReceiverAsksFor(int status, String header, @Nullable Instruction instruction) {
    receiver.enqueue(
        new MockResponse.Builder().code(status).addHeader("Webhook-Delivery", header).build());

    Attempt attempt = sender.send(SampleWebhooks.to(receiver.url("/")));

    assertThat(attempt.outcome().status()).isEqualTo(status);
    assertThat(attempt.instruction()).isEqualTo(instruction);
    assertThat(attempt.responseHeaders()).containsEntry("webhook-delivery", header);
  }

  @Test
  void severalInstructionsAreNone() {
    receiver.enqueue(
        new MockResponse.Builder()
            .code(500)
            .addHeader("webhook-delivery", "disable")
            .addHeader("webhook-delivery", "abort-message")
            .build());

    assertThat(sender.send(SampleWebhooks.to(receiver.url("/"))).instruction()).isNull();
  }

  @Test
  void reportsRetryAfter() {
    receiver.enqueue(new MockResponse.Builder().code(429).addHeader("Retry-After", "120").build());

    assertThat(sender.send(SampleWebhooks.to(receiver.url("/"))).outcome())
        .isEqualTo(new Refused(429, Duration.ofMinutes(2)));
  }

  @Test
  void ignoresRetryAfterZero() {
    receiver.enqueue(new MockResponse.Builder().code(503).addHeader("Retry-After", "0").build());
    receiver.enqueue(new MockResponse.Builder().build());

    Attempt attempt = sender.send(SampleWebhooks.to(receiver.url("/")));

    assertThat(attempt.outcome()).isEqualTo(new Refused(503, null));
    assertThat(receiver.getRequestCount()).isEqualTo(1);
  }

  @Test
  void capsRetryAfterBeyondTheRangeOfOkHttp() {
    receiver.enqueue(
        new MockResponse.Builder().code(503).addHeader("Retry-After", "9999999999").build());

    assertThat(sender.send(SampleWebhooks.to(receiver.url("/"))).outcome())
        .isEqualTo(new Refused(503, Duration.ofHours(24)));
  }

  @Test
  void accepts204WithALength() throws IOException {
    assertThat(outcomeOf("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello"))
        .isEqualTo(new Delivered(204));
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 500})
  void truncatesALongBody(int status) {
    String body = "x".repeat(100_000);
    receiver.enqueue(new MockResponse.Builder().code(status).body(body).build());

    Attempt attempt = sender.send(SampleWebhooks.to(receiver.url("/")));

    assertThat(attempt.outcome().status()).isEqualTo(status);
    assertThat(attempt.responseBody()).hasSize(LIMIT);
    assertThat(client.connectionPool().connectionCount()).isZero();
  }

  @Test
  void keepsABodyOfExactlyTheLimit() {
    receiver.enqueue(new MockResponse.Builder().body("x".repeat(LIMIT)).build());

    assertThat(sender.send(SampleWebhooks.to(receiver.url("/"))).responseBody()).hasSize(LIMIT);
  }

  @Test
  void doesNotDecompressBodies() {
    byte[] zipped = {0x1f, (byte) 0x8b, 8, 0};
    receiver.enqueue(
        new MockResponse.Builder()
            .addHeader("Content-Encoding", "gzip")
            .body(new Buffer().write(zipped))
            .build());

    assertThat(sender.send(SampleWebhooks.to(receiver.url("/"))).responseBody()).isEqualTo(zipped);
  }

  @Test
  void truncatesAnEndlessBody() throws IOException {
    try (RawReceiver raw =
        new RawReceiver(
            answer("HTTP/1.1 200 OK\r\n\r\n").then(line -> line.writeForEver("x".repeat(1000))))) {
      Attempt attempt = sender.send(SampleWebhooks.to(raw.url()));

      assertThat(attempt.outcome()).isEqualTo(new Delivered(200));
      assertThat(attempt.responseBody()).hasSize(LIMIT);
    }
  }

  @Test
  void stopsReadingAnEndlessChunkExtension() throws IOException {
    AtomicLong written = new AtomicLong();
    try (RawReceiver raw =
        new RawReceiver(
            line -> {
              line.readRequest();
              line.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;");
              while (true) {
                line.write("x".repeat(1024));
                written.addAndGet(1024);
              }
            })) {
      Attempt attempt = sender.send(SampleWebhooks.to(raw.url()));

      assertThat(attempt.outcome()).isEqualTo(new Delivered(200));
      assertThat(attempt.responseBody()).isNull();
      assertThat(written).hasValueLessThan(32L * 1024 * 1024); // Including the kernel's buffers.
    }
  }

  @Test
  void reportsEndlessHeaders() throws IOException {
    try (RawReceiver raw =
        new RawReceiver(
            answer("HTTP/1.1 200 OK\r\n").then(line -> line.writeForEver("a: b\r\n")))) {
      Attempt attempt = sender.send(SampleWebhooks.to(raw.url()));

      assertThat(attempt.outcome().word()).isEqualTo("invalid_response");
    }
  }

  @Test
  void doesNotWaitForABodyThatTrickles() throws IOException {
    try (RawReceiver raw =
        new RawReceiver(answer("HTTP/1.1 200 OK\r\n\r\n").then(line -> line.trickle("abc")))) {
      Attempt attempt = sender.send(SampleWebhooks.to(raw.url(), Duration.ofSeconds(60)));

      assertThat(attempt.outcome()).isEqualTo(new Delivered(200));
      assertThat(attempt.took()).isLessThan(Duration.ofSeconds(30));
      assertThat(new String(attempt.responseBody(), StandardCharsets.US_ASCII)).startsWith("a");
    }
  }

  @Test
  void deliversWhenTheConnectionBreaksAfterTheStatusLine() throws IOException {
    CountDownLatch answered = new CountDownLatch(1);
    OkHttpClient watched =
        client
            .newBuilder()
            .eventListener(
                new EventListener() {
                  @Override
                  public void responseHeadersEnd(Call call, Response response) {
                    answered.countDown();
                  }
                })
            .build();
    try (RawReceiver raw =
        new RawReceiver(
            line -> {
              line.readRequest();
              line.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
              answered.await();
              line.reset();
            })) {
      Attempt attempt =
          new HttpSender(watched, Clock.systemUTC(), new Egress(), "1")
              .send(SampleWebhooks.to(raw.url()));

      assertThat(attempt.outcome()).isEqualTo(new Delivered(200));
    }
  }

  @Test
  void keepsTheReceivedPartOfABody() throws IOException {
    try (RawReceiver raw =
        new RawReceiver(answer("HTTP/1.1 500 No\r\nContent-Length: 10\r\n\r\nabc"))) {
      Attempt attempt = sender.send(SampleWebhooks.to(raw.url()));

      assertThat(attempt.outcome()).isEqualTo(new Refused(500, null));
      assertThat(attempt.responseBody()).isEqualTo(ascii("abc"));
    }
  }

  @Test
  void reportsABrokenConnection() throws IOException {
    try (RawReceiver raw =
        new RawReceiver(
            line -> {
              line.readRequest();
              line.reset();
            },
            line -> line.write(OK))) {
      Attempt attempt = sender.send(SampleWebhooks.to(raw.url()));

      assertThat(attempt.outcome().word()).isEqualTo("connection_reset");
      assertThat(attempt.outcome().status()).isNull();
      assertThat(attempt.responseBody()).isNull();
      assertThat(raw.connections()).isEqualTo(1);
    }
  }

  @Test
  void reportsARefusedConnection() throws IOException {
    int port;
    try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = closed.getLocalPort();
    }

    assertThat(wordFor("http://127.0.0.1:" + port)).isEqualTo("connection_refused");
  }

  @Test
  void reportsATimeout() throws IOException {
    try (RawReceiver raw = new RawReceiver(Line::fallSilent)) {
      Attempt attempt = sender.send(SampleWebhooks.to(raw.url(), Duration.ofMillis(300)));

      assertThat(attempt.outcome().word()).isEqualTo("timed_out");
    }
  }

  @Test
  void reportsATimeoutWhileAnAnswerTrickles() throws IOException {
    try (RawReceiver raw =
        new RawReceiver(
            line -> {
              line.readRequest();
              line.trickle(OK);
            })) {
      Attempt attempt = sender.send(SampleWebhooks.to(raw.url(), Duration.ofSeconds(1)));

      assertThat(attempt.outcome().word()).isEqualTo("timed_out");
    }
  }

  @Test
  void reportsAnAnswerThatIsNotHttp() throws IOException {
    assertThat(outcomeOf("SSH-2.0-OpenSSH_9.6\r\n").word()).isEqualTo("invalid_response");
  }

  @Test
  void reportsRequestsThatCannotBeSent() {
    WebhookRequest webhook = SampleWebhooks.with(receiver.url("/"), "text/\n", new byte[0]);

    assertThat(sender.send(webhook).outcome().word()).isEqualTo("invalid_request");
    assertThat(receiver.getRequestCount()).isZero();
  }

  @Test
  void recordsSomeHeadersOfARefusal() {
    receiver.enqueue(
        new MockResponse.Builder()
            .code(302)
            .addHeader("LOCATION", "https://elsewhere.example/?a=b")
            .addHeader("Retry-After", "7")
            .addHeader("Retry-After", "8")
            .addHeader("Server", "nginx")
            .addHeader("Content-Type", "text/html")
            .addHeader("Set-Cookie", "a=b")
            .build());

    assertThat(sender.send(SampleWebhooks.to(receiver.url("/"))).responseHeaders())
        .containsExactly(
            Map.entry("content-length", "0"),
            Map.entry("content-type", "text/html"),
            Map.entry("location", "https://elsewhere.example/?a=b"),
            Map.entry("retry-after", "7, 8"),
            Map.entry("server", "nginx"));
  }

  @Test
  void tellsWhatItCalledUnlessItDelivered() {
    receiver.enqueue(new MockResponse.Builder().code(401).build());
    receiver.enqueue(new MockResponse.Builder().build());
    HttpUrl url =
        HttpUrl.get("http://127.0.0.1:" + receiver.url("/").port() + "/hook?token=s3cr3t");

    Attempt refused = sender.send(SampleWebhooks.to(url));
    Attempt delivered = sender.send(SampleWebhooks.to(url));

    assertThat(refused.url()).isEqualTo("http://127.0.0.1:" + url.port() + "/hook");
    assertThat(refused.address()).isEqualTo("127.0.0.1");
    assertThat(delivered.url()).isNull();
    assertThat(delivered.address()).isNull();
  }

  @Test
  void tellsNoAddressToWhichANameLeadsInside() {
    receiver.enqueue(new MockResponse.Builder().code(401).build());

    Attempt refused =
        sender.send(SampleWebhooks.to(HttpUrl.get("http://localhost:" + receiver.url("/").port())));

    assertThat(refused.outcome().status()).isEqualTo(401);
    assertThat(refused.address()).isNull();
  }

  @Test
  void recordsNoHeadersOfASuccess() {
    receiver.enqueue(new MockResponse.Builder().addHeader("Server", "nginx").build());

    assertThat(sender.send(SampleWebhooks.to(receiver.url("/"))).responseHeaders()).isEmpty();
  }

  @Test
  void recordsHeadersShortAndPrintable() throws IOException {
    try (RawReceiver raw =
        new RawReceiver(
            answer(
                "HTTP/1.1 503 No\r\nServer: a\u0001\u0000\u007f\u00e9\tb\r\nLocation: "
                    + "x".repeat(5_000)
                    + "\r\nContent-Length: 0\r\n\r\n"))) {
      Map<String, String> kept = sender.send(SampleWebhooks.to(raw.url())).responseHeaders();

      assertThat(kept.get("server")).matches("a[?]+b");
      assertThat(kept.get("location")).isEqualTo("x".repeat(500));
    }
  }

  @Test
  void sendsTheNumberOfHopsUnlessZero() throws InterruptedException {
    for (int hops : List.of(0, 2)) {
      receiver.enqueue(new MockResponse.Builder().build());
      WebhookRequest some = SampleWebhooks.to(receiver.url("/"));
      var unused =
          sender.send(
              new WebhookRequest(
                  some.url(),
                  some.eventId(),
                  1,
                  null,
                  some.payload(),
                  some.tls(),
                  some.headers(),
                  some.secrets(),
                  some.timeout(),
                  hops));
    }

    assertThat(receiver.takeRequest().getHeaders().get("homing-hops")).isNull();
    assertThat(receiver.takeRequest().getHeaders().get("homing-hops")).isEqualTo("2");
  }

  @Test
  void reportsAnUnknownName() {
    HttpSender lost =
        with(
            host -> {
              throw new UnknownHostException(host);
            });

    Outcome outcome = lost.send(SampleWebhooks.to(HttpUrl.get("https://nowhere.test/"))).outcome();

    assertThat(outcome.word()).isEqualTo("dns_failed");
    assertThat(outcome.toString()).doesNotContain("nowhere");
  }

  @Test
  void doesNotWaitForAStalledLookup() {
    OkHttpClient client =
        OutboundClient.build(_ -> true, new TimedDns(_ -> new CompletableFuture<>()), false);
    HttpSender stalled = new HttpSender(client, Clock.systemUTC(), new Egress(), "1");

    Attempt attempt = stalled.send(SampleWebhooks.to(HttpUrl.get("https://slow.test/")));

    assertThat(attempt.outcome().word()).isEqualTo("dns_failed");
    assertThat(attempt.took()).isLessThan(Duration.ofSeconds(8));
  }

  @Test
  void doesNotChargeTheReceiverForOurInterruption() throws IOException {
    try (RawReceiver raw = new RawReceiver(Line::fallSilent)) {
      Thread.currentThread().interrupt();

      assertThatThrownBy(() -> sender.send(SampleWebhooks.to(raw.url(), Duration.ofSeconds(1))))
          .isInstanceOf(CancellationException.class);
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void startsEachAttemptAtADifferentTime() throws Exception {
    HttpSender frozen =
        new HttpSender(client, Clock.fixed(Instant.EPOCH, ZoneOffset.UTC), new Egress(), "1");
    HttpUrl url = receiver.url("/");
    for (int i = 0; i < 20; i++) {
      receiver.enqueue(new MockResponse.Builder().build());
    }

    List<Instant> starts =
        AtOnce.times(20, _ -> () -> frozen.send(SampleWebhooks.to(url)).startedAt());

    assertThat(starts).doesNotHaveDuplicates();
  }

  @Test
  void toStringHidesSecretsAndPayload() {
    WebhookRequest webhook = SampleWebhooks.to(HttpUrl.get("https://api.test/?token=abc"));

    assertThat(webhook.toString())
        .contains("api.test")
        .doesNotContain("token", "2432232314", "whsec_", "MfKQ");
  }

  private Outcome outcomeOf(String answer) throws IOException {
    try (RawReceiver raw = new RawReceiver(answer(answer).then(Line::fallSilent))) {
      return sender.send(SampleWebhooks.to(raw.url())).outcome();
    }
  }

  private String wordFor(String url) {
    return sender.send(SampleWebhooks.to(HttpUrl.get(url))).outcome().word();
  }

  private static HttpSender with(Dns resolver) {
    OkHttpClient client = SampleClients.to(_ -> true, resolver);
    return new HttpSender(client, Clock.systemUTC(), new Egress(), "1");
  }

  private static String header(RecordedRequest request, String name) {
    return Objects.requireNonNull(request.getHeaders().get(name), name);
  }

  private static ByteString body(RecordedRequest request) {
    return Objects.requireNonNull(request.getBody());
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
