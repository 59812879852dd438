package dev.homing.activities.outbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.homing.activities.destination.DestinationPolicy;
import dev.homing.activities.destination.DestinationSettings;
import dev.homing.activities.destination.OwnPorts;
import dev.homing.activities.destination.SampleDns;
import java.io.IOException;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.Dns;
import okhttp3.HttpUrl;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the one way out is a proxy. Names mean nothing to this node. */
class EgressProxyTest {
  private static final HttpUrl NAMED = HttpUrl.get("http://receiver.example/hook");
  private static final Dns NONE =
      host -> {
        throw new UnknownHostException(host);
      };

  private final Egress egress = new Egress();
  @AutoClose private final MockWebServer receiver = new MockWebServer();

  @BeforeEach
  void start() throws IOException {
    receiver.start();
    receiver.enqueue(new MockResponse.Builder().code(202).build());
    receiver.enqueue(new MockResponse.Builder().code(202).build());
  }

  private SampleProxy proxy(String answer) throws IOException {
    return new SampleProxy(answer, receiver.getPort());
  }

  private HttpSender through(String address) {
    return sender(policy("", address), NONE);
  }

  private HttpSender through(SampleProxy proxy) {
    return through("http://127.0.0.1:" + proxy.port());
  }

  private static DestinationPolicy policy(String allow, String proxy) {
    return new DestinationPolicy(
        new DestinationSettings(allow, "", false, proxy), false, new OwnPorts());
  }

  private HttpSender sender(DestinationPolicy policy, Dns resolver) {
    return new HttpSender(
        new OutboundCalls(policy, SampleDns.of(resolver)), Clock.systemUTC(), egress, "1");
  }

  private static String word(HttpSender sender, HttpUrl url) {
    return sender.send(SampleWebhooks.to(url, Duration.ofSeconds(30))).outcome().word();
  }

  @Test
  void theProxyLooksTheNameUp() throws Exception {
    try (SampleProxy proxy = proxy(SampleProxy.OPEN)) {
      HttpSender sender = through(proxy);

      assertThat(word(sender, NAMED)).isEqualTo("delivered");
      assertThat(word(sender, NAMED)).isEqualTo("delivered");

      assertThat(proxy.asked())
          .containsExactly(
              "CONNECT receiver.example:80 HTTP/1.1\r\nHost: receiver.example:80\r\n\r\n");
    }
    RecordedRequest came = receiver.takeRequest();
    assertThat(came.getTarget()).isEqualTo("/hook");
    assertThat(came.getHeaders().get("Host")).isEqualTo("receiver.example");
  }

  @Test
  void tlsIsSpokenWithTheReceiver() throws Exception {
    try (MockWebServer secure = new MockWebServer()) {
      secure.useHttps(
          SampleCertificates.held(SampleCertificates.of("receiver.example")).sslSocketFactory());
      secure.enqueue(new MockResponse.Builder().code(202).build());
      secure.start();
      try (SampleProxy proxy = new SampleProxy(SampleProxy.OPEN, secure.getPort())) {
        var client =
            OutboundClient.build(
                policy("", "").publicOnes(),
                policy("", "http://127.0.0.1:" + proxy.port()).proxy().orElseThrow(),
                true);
        HttpSender sender =
            new HttpSender(SampleCertificates.trustedBy(client), Clock.systemUTC(), egress, "1");

        assertThat(word(sender, HttpUrl.get("https://receiver.example/"))).isEqualTo("delivered");
        assertThat(proxy.asked().getFirst()).startsWith("CONNECT receiver.example:443 ");
      }
    }
  }

  @Test
  void credentialsAreForTheProxyOnly() throws Exception {
    try (SampleProxy proxy = proxy(SampleProxy.OPEN)) {
      word(through("http://homing:p%40ss@127.0.0.1:" + proxy.port()), NAMED);

      assertThat(proxy.asked().getFirst())
          .contains("\r\nProxy-Authorization: Basic aG9taW5nOnBAc3M=\r\n");
    }
    assertThat(receiver.takeRequest().getHeaders().get("Proxy-Authorization")).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1/",
        "http://0.0.0.0/",
        "http://169.254.169.254/",
        "http://[::1]/",
        "http://localhost/",
        "http://metadata.google.internal/",
        "http://intranet/"
      })
  void whatThisNodeCanJudgeNeverComesToTheProxy(String url) throws IOException {
    try (SampleProxy proxy = proxy(SampleProxy.OPEN)) {
      assertThat(word(through(proxy), HttpUrl.get(url))).isEqualTo("blocked_destination");
      assertThat(proxy.asked()).isEmpty();
    }
  }

  @Test
  void aPublicAddressIsAskedForAsItIs() throws IOException {
    try (SampleProxy proxy = proxy(SampleProxy.OPEN)) {
      assertThat(word(through(proxy), HttpUrl.get("http://[2606:4700::1]:8080/")))
          .isEqualTo("delivered");
      assertThat(proxy.asked().getFirst()).startsWith("CONNECT [2606:4700:0:0:0:0:0:1]:8080 ");
    }
  }

  @Test
  void listedAddressesAreCalledWithoutTheProxy() throws IOException {
    try (SampleProxy proxy = proxy(SampleProxy.OPEN)) {
      DestinationPolicy policy = policy("127.0.0.1", "http://127.0.0.1:" + proxy.port());

      assertThat(word(sender(policy, NONE), HttpUrl.get("http://127.0.0.1:" + receiver.getPort())))
          .isEqualTo("delivered");
      assertThat(proxy.asked()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"HTTP/1.1 403 Forbidden\r\n\r\n", "HTTP/1.1 407 Rejected\r\n\r\n"})
  void whatTheProxyRefusesIsBlocked(String answer) throws IOException {
    try (SampleProxy proxy = proxy(answer)) {
      assertThat(word(through(proxy), NAMED)).isEqualTo("blocked_destination");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"502 Bad Gateway", "503 No", "504 Gateway Timeout"})
  void whomTheProxyDoesNotReachIsNotReached(String status) throws IOException {
    try (SampleProxy proxy = proxy("HTTP/1.1 %s\r\n\r\n".formatted(status))) {
      assertThat(word(through(proxy), NAMED)).isEqualTo("unreachable");
      assertThat(egress.isDown()).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic\r\n\r\n",
        "HTTP/1.1 400 Bad\r\n\r\n",
        "HTTP/1.1 405 No\r\n\r\n",
        "HTTP/1.1 500 No\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 200 Yes, without an end",
        "SSH-2.0-OpenSSH_9.6\r\n",
        "\r\n\r\n"
      })
  void whatIsWrongWithTheProxyIsNobodysFault(String answer) throws IOException {
    try (SampleProxy proxy = proxy(answer)) {
      assertThatThrownBy(() -> word(through(proxy), NAMED)).isInstanceOf(EgressDownException.class);
      assertThat(egress.isDown()).isTrue();
    }
  }

  @Test
  void aHeadWithoutEndIsNotReadToIt() throws IOException {
    try (SampleProxy proxy = proxy("HTTP/1.1 200 Yes\r\n" + "a: b\r\n".repeat(10_000))) {
      assertThatThrownBy(() -> word(through(proxy), NAMED)).isInstanceOf(EgressDownException.class);
    }
  }

  @Test
  void aProxyThatIsAwayIsNobodysFaultUntilItIsBack() throws IOException {
    int port;
    try (SampleProxy proxy = proxy("")) {
      port = proxy.port();
      assertThatThrownBy(() -> word(through(proxy), NAMED)) // It stays silent.
          .isInstanceOf(EgressDownException.class);
    }
    assertThatThrownBy(() -> word(through("http://127.0.0.1:" + port), NAMED))
        .isInstanceOf(EgressDownException.class);
    assertThatThrownBy(() -> word(through("http://proxy.invalid:3128"), NAMED))
        .isInstanceOf(EgressDownException.class);

    try (SampleProxy proxy = proxy(SampleProxy.OPEN)) {
      assertThat(word(through(proxy), NAMED)).isEqualTo("delivered");
    }
    assertThat(egress.isDown()).isFalse();
  }
}
