package dev.homing.activities.outbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.homing.activities.destination.BlockedDestinationException;
import dev.homing.activities.destination.DestinationCheck;
import dev.homing.activities.destination.DestinationPolicy;
import dev.homing.activities.destination.DestinationSettings;
import dev.homing.activities.destination.Destinations;
import dev.homing.activities.destination.GuardedDns;
import dev.homing.activities.destination.OwnPorts;
import dev.homing.activities.destination.SampleDns;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.time.Clock;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import okhttp3.Dns;
import okhttp3.HttpUrl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The three gates before an address: it is registered, looked up, connected to. */
class GatesTest {
  private static final String NOT_PUBLIC =
      "dev.homing.activities.destination.SampleAddresses#NOT_PUBLIC";
  private static final String PUBLIC = "dev.homing.activities.destination.SampleAddresses#PUBLIC";

  private static final String PUBLIC_ONE = "8.8.8.8";
  private static final DestinationPolicy STRICT = policy("", "", false);
  private static final DestinationPolicy OPEN = policy("127.0.0.0/8", "", false);
  private static final Dns UNKNOWN =
      SampleDns.of(
          _ -> {
            throw new UnknownHostException("unknown");
          });
  private static final Dns NEVER_ASKED =
      SampleDns.of(
          name -> {
            throw new AssertionError(name + " was looked up");
          });

  @ParameterizedTest
  @FieldSource(NOT_PUBLIC)
  void whatIsNotPublicComesThroughNoGate(String address) throws IOException {
    Dns resolver = answering(address);

    assertThat(complaint(STRICT, resolver, literal(address)))
        .contains("public address", "HOMING_ALLOW_DESTINATIONS");
    assertThatThrownBy(() -> new GuardedDns(resolver, STRICT.publicOnes()).lookup("a.example"))
        .isInstanceOf(UnknownHostException.class);
    assertRefusesToConnect(STRICT.publicOnes(), address);
    assertRefusesToConnect(STRICT.listedOnes(), address);
  }

  @ParameterizedTest
  @FieldSource(PUBLIC)
  void whatIsPublicComesThroughAll(String address) throws IOException {
    Dns resolver = answering(address);

    assertThat(complaint(STRICT, resolver, named())).isEmpty();
    assertThat(complaint(STRICT, resolver, literal(address))).isEmpty();
    assertThat(new GuardedDns(resolver, STRICT.publicOnes()).lookup("a.example")).hasSize(1);
    assertThat(STRICT.publicOnes().allows(new InetSocketAddress(ip(address), 443))).isTrue();
  }

  @Test
  void oneBadAddressOfANameIsEnough() {
    Dns resolver = answering(PUBLIC_ONE, "10.0.0.1");

    assertThat(complaint(policy("10.0.0.0/8", "", false), resolver, HttpUrl.get("http://inside/")))
        .contains("public address");
    assertThatThrownBy(() -> new GuardedDns(resolver, STRICT.publicOnes()).lookup("a.example"))
        .isInstanceOf(UnknownHostException.class);
  }

  /** As the one who sends would read them, whatever the API makes of them. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1",
        "http://127.1",
        "http://127.0.1",
        "http://2130706433",
        "http://0",
        "http://0.0.0.0",
        "http://[::1]",
        "http://[::ffff:7f00:1]",
        "http://①②⑦.⓪.⓪.①",
        "http://127。0。0。1",
        "http://%31%32%37.0.0.1",
        "http://localhost",
        "http://localhost.",
      })
  void noWayToWriteTheLoopbackReachesIt(String url) throws IOException {
    try (ServerSocketChannel listening = ServerSocketChannel.open()) {
      listening.bind(new InetSocketAddress(0)).configureBlocking(false);
      HttpUrl target =
          HttpUrl.get(url).newBuilder().port(listening.socket().getLocalPort()).build();

      Attempt attempt = sender(STRICT, SampleDns.of(Dns.SYSTEM)).send(SampleWebhooks.to(target));

      assertThat(attempt.outcome().word()).isEqualTo("blocked_destination");
      assertThat(attempt.outcome().toString()).doesNotContain("127", "::", "localhost");
      assertThat(listening.accept()).isNull();
    }
  }

  @Test
  void aNameThatMeansSomethingElseOnceItIsRegisteredIsNotCalled() throws IOException {
    try (MockWebServer inside = receiver()) {
      Dns rebinding = answeringInTurn(PUBLIC_ONE, "127.0.0.1");
      HttpUrl url = inside.url("/").newBuilder().host("rebinding.example").build();

      assertThat(complaint(STRICT, rebinding, url)).isEmpty();
      assertThat(rebinding.lookup(url.host())).containsExactly(ip(PUBLIC_ONE));
      assertThat(word(sender(STRICT, rebinding), url)).isEqualTo("dns_failed");
      assertThat(inside.getRequestCount()).isZero();
    }
  }

  @Test
  void aListedNameThatMeansSomethingElseWhenItIsCalledIsNotCalled() throws IOException {
    try (MockWebServer inside = receiver()) {
      DestinationPolicy listed = policy("127.0.0.9", "", false);
      Dns rebinding = answeringInTurn("127.0.0.9", "127.0.0.1");
      HttpUrl url = inside.url("/").newBuilder().host("rebinding.example").build();

      assertThat(word(sender(listed, rebinding), url)).isEqualTo("dns_failed");
      assertThat(inside.getRequestCount()).isZero();
    }
  }

  @Test
  void whatIsListedIsCalledByAddressAndByName() throws IOException {
    try (MockWebServer inside = receiver()) {
      HttpSender sender = sender(OPEN, answering("127.0.0.1"));

      assertThat(word(sender, inside.url("/"))).isEqualTo("delivered");
      assertThat(word(sender, inside.url("/").newBuilder().host("inside").build()))
          .isEqualTo("delivered");
    }
  }

  @Test
  void aKeptConnectionToAListedAddressIsOfNoUseToAnotherClient() throws IOException {
    try (MockWebServer inside = receiver()) {
      Dns moving =
          answeringInTurn(
              "127.0.0.1", "127.0.0.1", PUBLIC_ONE + ",127.0.0.1", PUBLIC_ONE + ",127.0.0.1");
      HttpSender sender = sender(OPEN, moving);
      HttpUrl url = inside.url("/").newBuilder().host("moving.example").build();

      assertThat(word(sender, url)).isEqualTo("delivered");
      assertThat(word(sender, url)).isEqualTo("dns_failed");
      assertThat(word(sender(STRICT, answering("127.0.0.1")), inside.url("/")))
          .isEqualTo("blocked_destination");
      assertThat(inside.getRequestCount()).isEqualTo(1);
    }
  }

  @Test
  void whatListensHereIsNotCalledByAnyName() throws IOException {
    try (MockWebServer itself = receiver()) {
      OwnPorts own = new OwnPorts();
      own.add(itself.getPort());
      DestinationPolicy policy =
          new DestinationPolicy(new DestinationSettings("127.0.0.0/8", "", false, ""), false, own);
      HttpSender sender = sender(policy, answering("127.0.0.1"));

      assertThat(word(sender, itself.url("/").newBuilder().host("127.0.0.1").build()))
          .isEqualTo("blocked_destination");
      assertThat(word(sender, itself.url("/").newBuilder().host("a.example").build()))
          .isEqualTo("dns_failed");
      assertThat(itself.getRequestCount()).isZero();
    }
  }

  @Test
  void onlyTheListedPortIsCalled() throws IOException {
    try (MockWebServer one = receiver();
        MockWebServer other = receiver()) {
      DestinationPolicy policy = policy("127.0.0.1:" + one.getPort(), "", false);
      HttpSender sender = sender(policy, answering("127.0.0.1"));

      assertThat(word(sender, one.url("/"))).isEqualTo("delivered");
      assertThat(word(sender, other.url("/"))).isEqualTo("blocked_destination");
      assertThat(complaint(policy, answering("127.0.0.1"), other.url("/")))
          .contains("public address");
    }
  }

  @Test
  void withoutTlsNobodyIsCalledIfTheOperatorWantsItSo() throws IOException {
    try (MockWebServer inside = receiver()) {
      DestinationPolicy secure = policy("127.0.0.0/8", "", true);
      Egress egress = new Egress();
      HttpSender sender =
          new HttpSender(
              new OutboundCalls(secure, answering("127.0.0.1")), Clock.systemUTC(), egress, "1");

      assertThat(complaint(secure, answering("127.0.0.1"), inside.url("/"))).contains("https://");
      for (int i = 0; i < 4; i++) {
        HttpUrl url = inside.url("/").newBuilder().host("inside" + i).build();
        assertThat(word(sender, url)).isEqualTo("blocked_destination");
      }
      assertThat(inside.getRequestCount()).isZero();
      assertThat(egress.isDown()).isFalse();
    }
  }

  @Test
  void anyNameButThoseOfTheInsideMayBeRegisteredUnasked() {
    assertThat(complaint(STRICT, NEVER_ASKED, named())).isEmpty();
    assertThat(complaint(OPEN, NEVER_ASKED, named())).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "postgres",
        "my_service",
        "localhost",
        "app.localhost",
        "printer.local",
        "vault.default.svc.cluster.local",
        "metadata.google.internal",
        "METADATA.google.internal.",
        "nas.home.arpa",
        "db.corp",
        "nas.home",
        "nas.lan",
        "wiki.intranet",
        "db.private",
        "smtp.mail",
        "hidden.onion",
      })
  void namesOfTheInsideAreJudgedUnaskedUnlessSomethingIsListed(String name) {
    HttpUrl url = HttpUrl.get("http://" + name + "/");

    assertThat(complaint(STRICT, NEVER_ASKED, url)).contains("public address");
    assertThat(word(sender(STRICT, NEVER_ASKED), url)).isEqualTo("blocked_destination");
    assertThat(complaint(OPEN, UNKNOWN, url)).contains("public address");
    assertThat(word(sender(OPEN, UNKNOWN), url)).isEqualTo("blocked_destination");
    assertThat(complaint(OPEN, answering("127.0.0.1"), url)).isEmpty();
  }

  /** With an allow list and without. */
  @ParameterizedTest
  @ValueSource(strings = {"postgres", "db.internal", "db.example.com"})
  void whichNamesExistInsideIsNotSaid(String name) {
    HttpUrl url = HttpUrl.get("http://" + name + "/");
    Dns inside = answering("10.0.0.1");

    for (DestinationPolicy policy : List.of(STRICT, OPEN)) {
      assertThat(complaint(policy, inside, url)).isEqualTo(complaint(policy, UNKNOWN, url));
      assertThat(sender(policy, inside).send(SampleWebhooks.to(url)).outcome())
          .isEqualTo(sender(policy, UNKNOWN).send(SampleWebhooks.to(url)).outcome());
    }
  }

  private static MockWebServer receiver() throws IOException {
    MockWebServer receiver = new MockWebServer();
    receiver.enqueue(new MockResponse.Builder().build());
    receiver.enqueue(new MockResponse.Builder().build());
    receiver.start();
    return receiver;
  }

  private static String complaint(DestinationPolicy policy, Dns resolver, HttpUrl url) {
    return new DestinationCheck(policy, resolver).complaint(url).orElse("");
  }

  private static void assertRefusesToConnect(Destinations destinations, String address)
      throws IOException {
    try (Socket socket = new GuardedSockets(destinations).createSocket()) {
      assertThatThrownBy(() -> socket.connect(new InetSocketAddress(ip(address), 443), 1_000))
          .isInstanceOf(BlockedDestinationException.class);
    }
  }

  private static String word(HttpSender sender, HttpUrl url) {
    return sender.send(SampleWebhooks.to(url)).outcome().word();
  }

  private static HttpSender sender(DestinationPolicy policy, Dns resolver) {
    return new HttpSender(
        new OutboundCalls(policy, resolver), Clock.systemUTC(), new Egress(), "1");
  }

  private static DestinationPolicy policy(String allow, String deny, boolean httpsOnly) {
    return new DestinationPolicy(
        new DestinationSettings(allow, deny, httpsOnly, ""), false, new OwnPorts());
  }

  private static HttpUrl named() {
    return HttpUrl.get("https://receiver.example/");
  }

  private static HttpUrl literal(String address) {
    return new HttpUrl.Builder().scheme("https").host(address).build();
  }

  private static InetAddress ip(String literal) {
    return InetAddress.ofLiteral(literal);
  }

  /** Literals are their own answer, for it as for every resolver. */
  private static Dns answering(String... addresses) {
    return SampleDns.of(_ -> Arrays.stream(addresses).map(GatesTest::ip).toList());
  }

  /** Each answer once, of addresses that commas separate. */
  private static Dns answeringInTurn(String... answers) {
    Iterator<String> next = List.of(answers).iterator();
    return SampleDns.of(_ -> Arrays.stream(next.next().split(",", -1)).map(GatesTest::ip).toList());
  }
}
