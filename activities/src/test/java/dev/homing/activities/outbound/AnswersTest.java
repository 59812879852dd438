package dev.homing.activities.outbound;

import static dev.homing.activities.outbound.RawReceiver.Script.answer;
import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.activities.Node;
import dev.homing.activities.OneAtATime;
import dev.homing.activities.SampleSubscriptions;
import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.delivery.Delivery.Reason;
import dev.homing.activities.delivery.Delivery.State;
import dev.homing.activities.delivery.Ledger;
import dev.homing.activities.outbound.RawReceiver.Line;
import dev.homing.activities.outbound.RawReceiver.Script;
import dev.homing.activities.subscription.Receiver.Status;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import javax.net.ssl.SSLSocketFactory;
import okhttp3.OkHttpClient;
import okhttp3.tls.HeldCertificate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What each answer, and each way to have none, makes of a delivery and its subscription. */
@OneAtATime
class AnswersTest {
  private static final OkHttpClient CLIENT = SampleClients.toAnywhere();

  private final Ledger ledger = new Ledger();
  private String contentType = "application/json";

  /** The last column but one: seconds until the next attempt, in the middle of the jitter. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "200 | | DELIVERED | | | ACTIVE",
        "202 | | DELIVERED | | | ACTIVE",
        "204 | | DELIVERED | | | ACTIVE",
        "299 | Retry-After: 60 | DELIVERED | | | ACTIVE",
        "101 | | RETRYING | | 5 | ACTIVE",
        "301 | Location: /new | RETRYING | | 5 | ACTIVE",
        "307 | Location: /new | RETRYING | | 5 | ACTIVE",
        "400 | | RETRYING | | 5 | ACTIVE",
        "401 | WWW-Authenticate: Basic | RETRYING | | 5 | ACTIVE",
        "404 | | RETRYING | | 5 | ACTIVE",
        "407 | Proxy-Authenticate: Basic | RETRYING | | 5 | ACTIVE",
        "408 | | RETRYING | | 5 | ACTIVE",
        "410 | | CANCELLED | GONE | | GONE",
        "410 | Retry-After: 60 | CANCELLED | GONE | | GONE",
        "421 | | RETRYING | | 5 | ACTIVE",
        "422 | | FAILED | NOT_RETRIED | | ACTIVE",
        "422 | Retry-After: 60 | FAILED | NOT_RETRIED | | ACTIVE",
        "423 | | RETRYING | | 5 | ACTIVE",
        "425 | | RETRYING | | 5 | ACTIVE",
        "451 | | RETRYING | | 5 | ACTIVE",
        "429 | Retry-After: 60 | RETRYING | | 66 | ACTIVE",
        "500 | | RETRYING | | 5 | ACTIVE",
        "500 | Retry-After: 60 | RETRYING | | 66 | ACTIVE",
        "502 | | RETRYING | | 5 | ACTIVE",
        "503 | Retry-After: 1 | RETRYING | | 5 | ACTIVE",
        "503 | Retry-After: 0 | RETRYING | | 5 | ACTIVE",
        "503 | Retry-After: soon | RETRYING | | 5 | ACTIVE",
        "503 | Retry-After: Fri, 31 Dec 2100 23:59:59 GMT | RETRYING | | 95040 | ACTIVE",
        "503 | Retry-After: Friday, 31-Dec-60 23:59:59 GMT | RETRYING | | 95040 | ACTIVE",
        "503 | Retry-After: Fri Dec 31 23:59:59 2100 | RETRYING | | 95040 | ACTIVE",
        "503 | Retry-After: Sun, 06 Nov 1994 08:49:37 GMT | RETRYING | | 5 | ACTIVE",
        "504 | | RETRYING | | 5 | ACTIVE",
        "511 | | RETRYING | | 5 | ACTIVE",
        "599 | | RETRYING | | 5 | ACTIVE",
        "400 | webhook-delivery: abort-message | CANCELLED | ABORTED | | ACTIVE",
        "422 | webhook-delivery: abort-message | CANCELLED | ABORTED | | ACTIVE",
        "301 | webhook-delivery: abort-message | CANCELLED | ABORTED | | ACTIVE",
        "410 | webhook-delivery: abort-message | CANCELLED | GONE | | GONE",
        "200 | webhook-delivery: abort-message | DELIVERED | | | ACTIVE",
        "500 | webhook-delivery: disable | CANCELLED | OPTED_OUT | | OPTED_OUT",
        "410 | webhook-delivery: disable | CANCELLED | GONE | | GONE",
        "200 | webhook-delivery: disable | DELIVERED | | | OPTED_OUT",
        "500 | webhook-delivery: pause | RETRYING | | 5 | ACTIVE",
      })
  void eachAnswerHasItsConsequence(
      int status,
      @Nullable String header,
      State state,
      @Nullable Reason reason,
      @Nullable Long seconds,
      Status subscription)
      throws IOException {
    String answer =
        "HTTP/1.1 %d Status\r\n%s%s\r\n"
            .formatted(
                status,
                header == null ? "" : header + "\r\n",
                status == 101 || status == 204 ? "" : "Content-Length: 0\r\n");
    try (RawReceiver receiver = new RawReceiver(answer(answer))) {
      Delivery after = attempt(CLIENT, receiver.url().toString());

      assertThat(after.state()).isEqualTo(state);
      assertThat(after.reason()).isEqualTo(reason);
      assertThat(ledger.secondsLeft(after.key())).isEqualTo(seconds);
      assertThat(ledger.receiver(after.key()).status()).isEqualTo(subscription);
      assertThat(receiver.connections()).isEqualTo(1);
    }
  }

  @Test
  void noAnswerIsRetriedBySchedule() throws IOException {
    assertRetried("connection_reset", Line::readRequest);
    assertRetried("connection_reset", Line::reset);
    assertRetried("invalid_response", answer("SSH-2.0-OpenSSH_9.6\r\n"));
    assertRetried("timed_out", Line::fallSilent);
    assertRetried("connection_refused", CLIENT, "http://127.0.0.1:" + closedPort(), 5);
  }

  /** Its owner must replace it. */
  @Test
  void badCertificateIsNotTriedAgainForFiveMinutes() throws IOException {
    HeldCertificate.Builder certificate = SampleCertificates.of("127.0.0.1");
    assertRetriedLate("tls_failed", CLIENT, certificate);
    assertRetriedLate(
        "certificate_expired",
        SampleCertificates.trustedBy(CLIENT),
        certificate.validityInterval(0, Instant.parse("2020-01-01T00:00:00Z").toEpochMilli()));
  }

  private void assertRetriedLate(
      String outcome, OkHttpClient client, HeldCertificate.Builder certificate) throws IOException {
    SSLSocketFactory tls = SampleCertificates.held(certificate).sslSocketFactory();
    try (RawReceiver receiver = new RawReceiver(tls, answer("HTTP/1.1 200 OK\r\n\r\n"))) {
      assertRetried(outcome, client, receiver.url().toString(), 330);
    }
  }

  private static int closedPort() throws IOException {
    try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return closed.getLocalPort();
    }
  }

  /** A negative answer about a name is kept for some time, by whoever was asked. */
  @Test
  void nameThatIsNotFoundIsNotLookedUpAgainForHalfAMinute() {
    OkHttpClient client =
        SampleClients.to(
            _ -> true,
            host -> {
              throw new UnknownHostException(host);
            });

    assertRetried("dns_failed", client, "http://nowhere.test/", 33);
  }

  /** It is kept: whoever mends what is stored can have it sent. */
  @Test
  void requestThatCannotBeSentIsRetriedBySchedule() {
    contentType = "text/\n";

    assertRetried("invalid_request", CLIENT, "http://127.0.0.1/", 5);
  }

  @Test
  void blockedAddressIsNotTriedAgainForFiveMinutes() {
    assertRetried("blocked_destination", SampleClients.to(_ -> false), "http://192.0.2.1/", 330);
  }

  private void assertRetried(String outcome, Script script) throws IOException {
    try (RawReceiver receiver = new RawReceiver(script)) {
      assertRetried(outcome, CLIENT, receiver.url().toString(), 5);
    }
  }

  private void assertRetried(String outcome, OkHttpClient client, String url, long seconds) {
    Delivery after = attempt(client, url);

    assertThat(ledger.attempts(after.key()).getFirst().outcome()).isEqualTo(outcome);
    assertThat(after.state()).isEqualTo(State.RETRYING);
    assertThat(ledger.secondsLeft(after.key())).isEqualTo(seconds);
  }

  /** Makes a first attempt to a subscription that does not retry 422. */
  private Delivery attempt(OkHttpClient client, String url) {
    Delivery.Key key = ledger.to(SampleSubscriptions.active(ledger.tenant, url));
    SampleSubscriptions.retryAllBut(ledger.tenant, key.subscriptionId(), 422);
    HttpSender sender = new HttpSender(client, Clock.systemUTC(), new Egress(), "1");
    WebhookRequest request =
        WebhookRequest.to(ledger.receiver(key), 1, key.eventId(), contentType, Node.PAYLOAD, 0)
            .within(Duration.ofSeconds(2));
    return ledger.record(ledger.first(key), sender.send(request));
  }
}
