package dev.homing.activities.outbound;

import static dev.homing.activities.outbound.RawReceiver.Script.answer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.homing.activities.destination.NoAnswerException;
import dev.homing.activities.destination.SampleDns;
import dev.homing.activities.destination.TooManyLookupsException;
import dev.homing.activities.outbound.RawReceiver.Line;
import dev.homing.workflows.delivery.Outcome;
import io.netty.channel.ChannelException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import okhttp3.HttpUrl;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Uses real sockets: the kernel has no route to the loopback's broadcast addresses. */
class EgressTest {
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  private static final String NO_ROUTE = "http://127.255.255.255:9/";

  private final Egress egress = new Egress();
  private final HttpSender sender =
      new HttpSender(
          SampleClients.to(_ -> true, SampleDns.unreachable()), Clock.systemUTC(), egress, "1");
  @AutoClose private final TestReceiver receiver = new TestReceiver();

  @Test
  void isDownAfterThreeUnreachableHostsInARow() {
    assertThat(word("http://one.invalid/")).isEqualTo("dns_failed");
    assertThat(word(NO_ROUTE)).isEqualTo("unreachable");
    assertThat(egress.isDown()).isFalse();

    assertThatThrownBy(() -> word("http://three.invalid/"))
        .isInstanceOf(EgressDownException.class)
        .hasMessageContaining("dns_failed");

    assertThat(egress.isDown()).isTrue();
  }

  @Test
  void chargesNoReceiverUntilOneIsReached() {
    SampleEgress.cutOff(egress);
    EgressDownException down =
        catchThrowableOfType(EgressDownException.class, () -> word(NO_ROUTE));
    assertThat(down.attempt().outcome().word()).isEqualTo("unreachable");

    assertThat(word(receiver.url("/ok"))).isEqualTo("delivered");

    assertThat(egress.isDown()).isFalse();
    assertThat(word(NO_ROUTE)).isEqualTo("unreachable");
    assertThat(word("http://one.invalid/")).isEqualTo("dns_failed");
  }

  @Test
  void ignoresSilentNamesWhileOthersAreAnswered() {
    HttpSender others =
        new HttpSender(
            SampleClients.to(
                _ -> true,
                name -> {
                  throw name.startsWith("silent")
                      ? new NoAnswerException(true)
                      : new UnknownHostException("no such name");
                }),
            Clock.systemUTC(),
            egress,
            "1");
    for (int i = 0; i < 4; i++) {
      for (String name : List.of("silent", "unknown")) {
        HttpUrl url = HttpUrl.get("http://%s%d.example/".formatted(name, i));
        assertThat(others.send(SampleWebhooks.to(url)).outcome().word()).isEqualTo("dns_failed");
      }
    }

    assertThat(egress.isDown()).isFalse();
  }

  @Test
  void doesNotChargeForNamesItWasTooBusyToLookUp() {
    HttpSender busy =
        new HttpSender(
            SampleClients.to(
                _ -> true,
                _ -> {
                  throw new TooManyLookupsException();
                }),
            Clock.systemUTC(),
            egress,
            "1");

    assertThatThrownBy(() -> busy.send(SampleWebhooks.to(HttpUrl.get("http://a.example/"))))
        .isInstanceOf(EgressDownException.class)
        .hasMessageContaining("overloaded");
    assertThat(egress.isDown()).isFalse();
  }

  /** As the JDK says it for a socket, and Netty for a lookup. */
  @Test
  void doesNotChargeForSocketsItCannotOpen() {
    IOException socket = new SocketException("Too many open files");
    IOException lookup = new NoAnswerException(true);
    lookup.initCause(new ChannelException("Failed to open a socket.", socket));
    for (IOException failure : List.of(socket, lookup)) {
      HttpSender exhausted =
          new HttpSender(
              SampleClients.toAnywhere()
                  .newBuilder()
                  .addInterceptor(
                      _ -> {
                        throw failure;
                      })
                  .build(),
              Clock.systemUTC(),
              egress,
              "1");

      for (String host : List.of("a", "b", "c", "d")) {
        HttpUrl url = HttpUrl.get("http://%s.example/".formatted(host));
        assertThatThrownBy(() -> exhausted.send(SampleWebhooks.to(url)))
            .isInstanceOf(EgressDownException.class)
            .hasMessageContaining("overloaded");
      }
    }
    assertThat(egress.isDown()).isFalse();
  }

  @Test
  void isNeverDownWithTwoUnreachableHosts() {
    for (int i = 0; i < 5; i++) {
      assertThat(word("http://one.invalid/")).isEqualTo("dns_failed");
      assertThat(word(NO_ROUTE)).isEqualTo("unreachable");
    }

    assertThat(egress.isDown()).isFalse();
  }

  @Test
  void countsARefusedConnectionAsReached() throws IOException {
    SampleEgress.cutOff(egress);

    assertThat(word("http://127.0.0.1:" + unusedPort() + "/")).isEqualTo("connection_refused");

    assertThat(egress.isDown()).isFalse();
  }

  @Test
  void countsASilentReceiverAsReached() throws IOException {
    SampleEgress.cutOff(egress);

    try (RawReceiver silent = new RawReceiver(Line::fallSilent)) {
      assertThat(word(silent.url().toString())).isEqualTo("timed_out");
    }

    assertThat(egress.isDown()).isFalse();
  }

  @Test
  void ignoresAReceiverThatFallsSilentOnAKeptConnection() throws IOException {
    try (RawReceiver raw =
        new RawReceiver(answer(OK).then(Line::readRequest).then(Line::fallSilent))) {
      String url = raw.url().toString();
      assertThat(word(url)).isEqualTo("delivered");
      SampleEgress.cutOff(egress);

      assertThat(word(url)).isEqualTo("timed_out");
    }

    assertThat(egress.isDown()).isTrue();
  }

  @Test
  void countsAHostUnreachableAfterItsKeptConnectionDied() throws IOException {
    AtomicReference<String> address = new AtomicReference<>("127.0.0.1");
    HttpSender following =
        new HttpSender(
            SampleClients.to(_ -> true, host -> List.of(InetAddress.getByName(address.get()))),
            Clock.systemUTC(),
            egress,
            "1");
    try (RawReceiver raw = new RawReceiver(answer(OK).then(Line::readRequest))) {
      HttpUrl url = raw.url().newBuilder().host("moves.test").build();
      assertThat(following.send(SampleWebhooks.to(url)).outcome().word()).isEqualTo("delivered");
      SampleEgress.cutOff(egress);
      address.set("127.255.255.255");

      assertThatThrownBy(() -> following.send(SampleWebhooks.to(url)))
          .isInstanceOf(EgressDownException.class)
          .hasMessageContaining("unreachable");
    }
  }

  @Test
  void ignoresBlockedAddresses() {
    HttpSender forbidden =
        new HttpSender(SampleClients.to(_ -> false), Clock.systemUTC(), egress, "1");
    for (int i = 1; i <= 4; i++) {
      Attempt attempt =
          forbidden.send(SampleWebhooks.to(HttpUrl.get("http://127.0.0.%d/".formatted(i))));
      assertThat(attempt.outcome().word()).isEqualTo("blocked_destination");
    }

    assertThat(egress.isDown()).isFalse();
  }

  @Test
  void countsOnlyHostsUnreachableInARow() {
    List<String> urls = Stream.of("a", "b", "c", "d").map("http://%s.invalid/"::formatted).toList();
    for (String url : urls) {
      assertThat(word(url)).isEqualTo("dns_failed");
      assertThat(word(receiver.url("/503"))).isEqualTo("refused");
    }

    assertThat(egress.isDown()).isFalse();
  }

  private String word(String url) {
    Outcome outcome =
        sender.send(SampleWebhooks.to(HttpUrl.get(url), Duration.ofSeconds(2))).outcome();
    return outcome.word();
  }

  private static int unusedPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
