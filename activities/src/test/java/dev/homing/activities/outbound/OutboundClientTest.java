package dev.homing.activities.outbound;

import static dev.homing.activities.outbound.RawReceiver.Script.answer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.MAP;

import dev.homing.activities.outbound.RawReceiver.Line;
import dev.homing.workflows.delivery.Outcome.Delivered;
import dev.homing.workflows.delivery.Outcome.Refused;
import dev.homing.workflows.delivery.Outcome.Unanswered;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.nio.channels.ServerSocketChannel;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Isolated("as it sets the proxy of this JVM")
class OutboundClientTest {
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
  private static final String FAILED = "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n";

  private final OkHttpClient client = SampleClients.toAnywhere();
  private final OkHttpClient trusting = SampleCertificates.trustedBy(client);

  /** Covers {@code http.proxyHost}, and {@code socksProxyHost}, which plain sockets obey. */
  @Test
  void ignoresProxiesOfTheJvm() throws IOException {
    ProxySelector before = ProxySelector.getDefault();
    try (ServerSocketChannel listening = ServerSocketChannel.open();
        MockWebServer receiver = answering(1)) {
      listening
          .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
          .configureBlocking(false);
      ProxySelector.setDefault(new ForEverything(listening.getLocalAddress()));

      assertThat(word(SampleClients.toAnywhere(), receiver.url("/"))).isEqualTo("delivered");

      assertThat(listening.accept()).isNull();
    } finally {
      ProxySelector.setDefault(before);
    }
  }

  private static final class ForEverything extends ProxySelector {
    private final SocketAddress proxy;

    ForEverything(SocketAddress proxy) {
      this.proxy = proxy;
    }

    @Override
    public List<Proxy> select(URI uri) {
      boolean http = uri.getScheme().startsWith("http");
      return List.of(new Proxy(http ? Proxy.Type.HTTP : Proxy.Type.SOCKS, proxy));
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException failure) {}
  }

  @Test
  void keepsAConnectionForTheNextRequest() throws Exception {
    try (MockWebServer receiver = answering(2)) {
      send(client, receiver.url("/"));
      send(client, receiver.url("/"));

      receiver.takeRequest();
      assertThat(receiver.takeRequest().getExchangeIndex()).isEqualTo(1);
    }
  }

  @Test
  void sendsAgainAtOnceWhenAKeptConnectionWasClosed() throws IOException {
    try (RawReceiver raw = new RawReceiver(answer(OK).then(Line::readRequest), answer(FAILED))) {
      send(client, raw.url());
      Attempt second = send(client, raw.url());

      assertThat(second.outcome()).isEqualTo(new Refused(500, null));
      assertThat(raw.connections()).isEqualTo(2);
    }
  }

  @Test
  void sendsAgainOnlyOnce() throws IOException {
    try (RawReceiver raw =
        new RawReceiver(
            answer(OK).then(Line::readRequest), Line::readRequest, line -> line.write(OK))) {
      send(client, raw.url());

      assertThat(word(client, raw.url())).isEqualTo("connection_reset");
      assertThat(raw.connections()).isEqualTo(2);
    }
  }

  @Test
  void doesNotSendAgainWhenAnAnswerHadBegun() throws IOException {
    try (RawReceiver raw =
        new RawReceiver(answer(OK).then(answer("HTT")), line -> line.write(OK))) {
      send(client, raw.url());

      assertThat(word(client, raw.url())).isEqualTo("connection_reset");
      assertThat(raw.connections()).isEqualTo(1);
    }
  }

  @Test
  void doesNotSendAgainWhenAKeptConnectionFallsSilent() throws IOException {
    try (RawReceiver raw =
        new RawReceiver(answer(OK).then(Line::fallSilent), line -> line.write(OK))) {
      send(client, raw.url());
      Attempt second = sender(client).send(SampleWebhooks.to(raw.url(), Duration.ofMillis(500)));

      assertThat(second.outcome().word()).isEqualTo("timed_out");
      assertThat(raw.connections()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" + OK,
        "HTTP/1.1 204 No Content\r\n\r\n" + OK,
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      })
  void doesNotReadTheRestOfOneAnswerAsTheNext(String answer) throws IOException {
    try (RawReceiver raw = new RawReceiver(answer(answer).then(answer(OK)), answer(FAILED))) {
      send(client, raw.url());
      Attempt second = send(client, raw.url());

      assertThat(second.outcome()).isEqualTo(new Refused(500, null));
    }
  }

  @Test
  void deliversOverTlsAndKeepsTheConnection() throws Exception {
    try (MockWebServer receiver = secure(certificate(), 2)) {
      HttpUrl url = localhost(receiver);

      assertThat(send(trusting, url).outcome()).isEqualTo(new Delivered(200));
      assertThat(send(trusting, url).outcome()).isEqualTo(new Delivered(200));
      receiver.takeRequest();
      assertThat(receiver.takeRequest().getExchangeIndex()).isEqualTo(1);
    }
  }

  @Test
  void sendsAgainAtOnceWhenAKeptTlsConnectionWasClosed() throws IOException {
    try (RawReceiver raw =
        new RawReceiver(
            SampleCertificates.localhost().sslSocketFactory(),
            answer(OK).then(Line::readRequest),
            answer(FAILED))) {
      send(trusting, raw.url());
      Attempt second = send(trusting, raw.url());

      assertThat(second.outcome()).isEqualTo(new Refused(500, null));
      assertThat(raw.connections()).isEqualTo(2);
    }
  }

  @Test
  void forgetsClosedConnections() throws IOException {
    try (MockWebServer plain = answering(1);
        MockWebServer secure = secure(certificate(), 1)) {
      send(trusting, localhost(plain));
      send(trusting, localhost(secure));
      assertThat(client.socketFactory()).extracting("open").asInstanceOf(MAP).hasSize(2);

      client.connectionPool().evictAll();

      assertThat(client.socketFactory()).extracting("open").asInstanceOf(MAP).isEmpty();
    }
  }

  @Test
  void refusesACertificateOfAnUnknownAuthority() throws IOException {
    assertInsecure(client, certificate(), "tls_failed", "authority");
  }

  @Test
  void refusesACertificateForAnotherHost() throws IOException {
    assertInsecure(trusting, SampleCertificates.of("other.test"), "tls_failed", "another host");
  }

  @Test
  void refusesAnExpiredCertificate() throws IOException {
    assertInsecure(
        trusting,
        certificate().validityInterval(0, Instant.parse("2020-01-01T00:00:00Z").toEpochMilli()),
        "certificate_expired",
        "expired");
  }

  @Test
  void refusesAReceiverThatDoesNotSpeakTls() throws IOException {
    try (RawReceiver raw = new RawReceiver(line -> line.write(OK))) {
      assertThat(word(client, raw.url().newBuilder().scheme("https").build()))
          .isEqualTo("tls_failed");
    }
  }

  private static void assertInsecure(
      OkHttpClient client, HeldCertificate.Builder certificate, String word, String reason)
      throws IOException {
    try (MockWebServer receiver = secure(certificate, 0)) {
      assertThat(send(client, localhost(receiver)).outcome())
          .isInstanceOfSatisfying(
              Unanswered.class,
              outcome -> {
                assertThat(outcome.word()).isEqualTo(word);
                assertThat(outcome.detail()).contains(reason);
              });
      assertThat(receiver.getRequestCount()).isZero();
    }
  }

  private static HeldCertificate.Builder certificate() {
    return SampleCertificates.of("localhost");
  }

  private static MockWebServer answering(int requests) throws IOException {
    return started(new MockWebServer(), requests);
  }

  private static MockWebServer secure(HeldCertificate.Builder certificate, int requests)
      throws IOException {
    MockWebServer receiver = new MockWebServer();
    receiver.useHttps(SampleCertificates.held(certificate).sslSocketFactory());
    return started(receiver, requests);
  }

  /** Answers 200 to so many requests. */
  private static MockWebServer started(MockWebServer receiver, int requests) throws IOException {
    for (int i = 0; i < requests; i++) {
      receiver.enqueue(new MockResponse.Builder().build());
    }
    receiver.start();
    return receiver;
  }

  private static HttpUrl localhost(MockWebServer receiver) {
    return receiver.url("/").newBuilder().host("localhost").build();
  }

  private static String word(OkHttpClient client, HttpUrl url) {
    return send(client, url).outcome().word();
  }

  private static Attempt send(OkHttpClient client, HttpUrl url) {
    return sender(client).send(SampleWebhooks.to(url));
  }

  private static HttpSender sender(OkHttpClient client) {
    return new HttpSender(client, Clock.systemUTC(), new Egress(), "1");
  }
}
