package dev.homing.activities.outbound;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.activities.destination.DestinationPolicy;
import dev.homing.activities.destination.DestinationSettings;
import dev.homing.activities.destination.OwnPorts;
import dev.homing.activities.subscription.ReceiverTls;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.Dns;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** TLS as a receiver wants it: whom Homing trusts there, and who it says it is. */
class OwnTlsTest {
  private static final HeldCertificate AUTHORITY = authority();
  private static final HeldCertificate RECEIVER =
      new HeldCertificate.Builder()
          .signedBy(AUTHORITY)
          .addSubjectAlternativeName("localhost")
          .build();

  private final HttpSender sender =
      new HttpSender(
          new OutboundCalls(
              new DestinationPolicy(
                  new DestinationSettings("", "", false, ""), true, new OwnPorts()),
              Dns.SYSTEM),
          Clock.systemUTC(),
          new Egress(),
          "test");

  @AutoClose private final MockWebServer receiver = new MockWebServer();

  private static HeldCertificate authority() {
    return new HeldCertificate.Builder().certificateAuthority(0).build();
  }

  private static HeldCertificate client(String name) {
    return new HeldCertificate.Builder().commonName(name).signedBy(AUTHORITY).build();
  }

  private static ReceiverTls showing(HeldCertificate client) {
    return new ReceiverTls(
        AUTHORITY.certificatePem(), client.certificatePem(), client.privateKeyPkcs8Pem());
  }

  private static ReceiverTls trusting(HeldCertificate authority) {
    return new ReceiverTls(authority.certificatePem(), null, null);
  }

  @BeforeEach
  void start() throws IOException {
    serve(RECEIVER);
    receiver.start();
  }

  private void serve(HeldCertificate certificate) {
    receiver.useHttps(
        new HandshakeCertificates.Builder()
            .heldCertificate(certificate)
            .addTrustedCertificate(AUTHORITY.certificate())
            .build()
            .sslSocketFactory());
  }

  private String send(ReceiverTls tls) {
    receiver.enqueue(new MockResponse.Builder().build());
    return sender.send(SampleWebhooks.to(receiver.url("/"), tls)).outcome().word();
  }

  @Test
  void whoIsSignedByTheGivenAuthorityIsTrusted() {
    assertThat(send(trusting(AUTHORITY))).isEqualTo("delivered");
    assertThat(send(ReceiverTls.USUAL)).isEqualTo("tls_failed");
    assertThat(send(trusting(authority()))).isEqualTo("tls_failed");
  }

  @Test
  void aCertificateThatNobodySignedMayBeItsOwnAuthority() {
    HeldCertificate alone =
        new HeldCertificate.Builder().addSubjectAlternativeName("localhost").build();
    serve(alone);

    assertThat(send(trusting(alone))).isEqualTo("delivered");
    assertThat(send(trusting(AUTHORITY))).isEqualTo("tls_failed");
  }

  @Test
  void whoAsksIsShownTheCertificate() throws InterruptedException {
    receiver.requireClientAuth();

    assertThat(send(trusting(AUTHORITY))).isNotEqualTo("delivered");
    assertThat(send(showing(client("homing")))).isEqualTo("delivered");

    assertThat(shown(receiver.takeRequest())).isEqualTo("CN=homing");
  }

  /** One receiver would take what another may send only. */
  @Test
  void aConnectionIsUsedByThoseOnlyWhoShowTheSame() throws InterruptedException {
    receiver.requestClientAuth();
    ReceiverTls one = showing(client("one"));
    ReceiverTls other = showing(client("other"));

    for (ReceiverTls tls : List.of(one, other, trusting(AUTHORITY), one, showingAgain(one))) {
      assertThat(send(tls)).isEqualTo("delivered");
    }

    assertThat(shown(receiver.takeRequest())).isEqualTo("CN=one");
    assertThat(shown(receiver.takeRequest())).isEqualTo("CN=other");
    assertThat(shown(receiver.takeRequest())).isEmpty();
    for (int kept = 1; kept <= 2; kept++) {
      RecordedRequest again = receiver.takeRequest();
      assertThat(shown(again)).isEqualTo("CN=one");
      assertThat(again.getExchangeIndex()).isEqualTo(kept);
    }
  }

  /** As it is read for the next attempt. */
  private static ReceiverTls showingAgain(ReceiverTls tls) {
    return new ReceiverTls(tls.authority(), tls.certificate(), tls.key());
  }

  private static String shown(RecordedRequest request) {
    var principal = requireNonNull(request.getHandshake(), "not over TLS").peerPrincipal();
    return principal == null ? "" : principal.getName();
  }

  @Test
  void whatCannotBeReadIsNotSent() {
    assertThat(send(new ReceiverTls("nonsense", null, null))).isEqualTo("invalid_request");
  }
}
