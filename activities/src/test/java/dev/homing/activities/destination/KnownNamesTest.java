package dev.homing.activities.destination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class KnownNamesTest {
  private static final String NAME = "receiver.example";
  private static final int PLACES = 2;

  @AutoClose private final SampleNameServer server = new SampleNameServer();
  @AutoClose private final NameServers servers = new NameServers(server.address());
  private final AtomicLong now = new AtomicLong();
  private final KnownNames names = new KnownNames(servers, now::get, PLACES);
  private final TimedDns dns = new TimedDns(names);

  @Test
  void concurrentCallersShareALookup() {
    List<CompletableFuture<List<InetAddress>>> all = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      all.add(names.addressesOf("silent.example"));
    }

    assertThat(all).allSatisfy(each -> assertThat(each).isNotDone());
    assertThat(all)
        .allSatisfy(
            each -> assertThatThrownBy(each::get).hasCauseInstanceOf(NoAnswerException.class));
    assertThat(server.asked("silent.example"))
        .isLessThanOrEqualTo(2); // Asked again, as if the first query was lost.
  }

  @Test
  void usesAnAnswerForHalfAMinute() throws UnknownHostException {
    server.put(NAME, "192.0.2.1");
    assertThat(address()).isEqualTo("192.0.2.1");
    server.put(NAME, "192.0.2.2");

    pass(Duration.ofSeconds(29));
    assertThat(address()).isEqualTo("192.0.2.1");
    assertThat(server.asked(NAME)).isEqualTo(1);

    pass(Duration.ofSeconds(1));
    assertThat(address()).isEqualTo("192.0.2.2");
  }

  @Test
  void usesAnOldAnswerForAnHourWhileNoNewOneComes() throws UnknownHostException {
    server.put(NAME, "192.0.2.1");
    assertThat(address()).isEqualTo("192.0.2.1");
    server.fallSilent(true);

    pass(Duration.ofMinutes(59));
    assertThat(address()).isEqualTo("192.0.2.1");

    pass(Duration.ofMinutes(1));
    assertThatThrownBy(this::address).isInstanceOf(NoAnswerException.class);
  }

  @Test
  void dropsADeletedNameAtOnce() throws UnknownHostException {
    server.put(NAME, "192.0.2.1");
    assertThat(address()).isEqualTo("192.0.2.1");
    server.remove(NAME);

    pass(Duration.ofSeconds(30));
    assertThatThrownBy(this::address).isExactlyInstanceOf(UnknownHostException.class);
    assertThatThrownBy(this::address).isExactlyInstanceOf(UnknownHostException.class);
  }

  @Test
  void neverRevivesADeletedNameWhileNameServersAreSilent() throws UnknownHostException {
    server.put(NAME, "192.0.2.1");
    assertThat(address()).isEqualTo("192.0.2.1");
    server.remove(NAME);
    pass(Duration.ofSeconds(30));
    assertThatThrownBy(this::address).isExactlyInstanceOf(UnknownHostException.class);
    server.fallSilent(true);

    pass(Duration.ofSeconds(1));
    assertThatThrownBy(this::address).isInstanceOf(NoAnswerException.class);
  }

  @Test
  void backsOffLongerAfterEachFailure() {
    String broken = "broken.example";
    for (int seconds : List.of(1, 2, 4, 8, 16, 30, 30)) {
      assertThatThrownBy(() -> dns.lookup(broken)).isInstanceOf(NoAnswerException.class);
      long before = server.asked(broken);
      pass(Duration.ofSeconds(seconds).minusNanos(1));
      assertThatThrownBy(() -> dns.lookup(broken)).isInstanceOf(NoAnswerException.class);
      assertThat(server.asked(broken)).isEqualTo(before);
      pass(Duration.ofNanos(1));
    }
  }

  @Test
  void resetsTheBackoffAfterAnAnswer() throws UnknownHostException {
    assertThatThrownBy(this::address).isInstanceOf(UnknownHostException.class);
    server.put(NAME, "192.0.2.1");

    pass(Duration.ofSeconds(1));
    assertThat(address()).isEqualTo("192.0.2.1");
  }

  @Test
  void limitsLookupsOfAnsweredNamesSeparately() throws UnknownHostException {
    server.put(NAME, "192.0.2.1");
    assertThat(address()).isEqualTo("192.0.2.1");
    pass(Duration.ofSeconds(30));
    for (int i = 0; i < PLACES; i++) {
      assertThat(names.addressesOf("silent-%d.example".formatted(i))).isNotDone();
    }
    server.put(NAME, "192.0.2.2");

    assertThat(address()).isEqualTo("192.0.2.2");
    assertThatThrownBy(() -> dns.lookup("unknown.example"))
        .isInstanceOf(TooManyLookupsException.class);
  }

  @Test
  void releasesThePermitHoweverALookupEnds() throws UnknownHostException {
    for (int i = 0; i < PLACES + 1; i++) {
      String name = "broken-%d.example".formatted(i);
      assertThatThrownBy(() -> dns.lookup(name)).isInstanceOf(NoAnswerException.class);
      assertThatThrownBy(() -> dns.lookup("x".repeat(64))).isInstanceOf(UnknownHostException.class);
    }
    server.put(NAME, "192.0.2.1");

    assertThat(address()).isEqualTo("192.0.2.1");
  }

  private String address() throws UnknownHostException {
    return dns.lookup(NAME).getFirst().getHostAddress();
  }

  private void pass(Duration time) {
    now.addAndGet(time.toNanos());
  }
}
