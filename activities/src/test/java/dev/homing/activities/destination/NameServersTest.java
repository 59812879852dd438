package dev.homing.activities.destination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NameServersTest {
  @AutoClose private final SampleNameServer server = new SampleNameServer();
  @AutoClose private final NameServers servers = new NameServers(server.address());
  private final TimedDns dns = new TimedDns(servers);

  @Test
  void findsAllAddressesIpv4First() throws UnknownHostException {
    server.put("both.example", "2001:db8::1", "192.0.2.1", "192.0.2.2");

    assertThat(dns.lookup("both.example"))
        .extracting(InetAddress::getHostAddress)
        .containsExactly("192.0.2.1", "192.0.2.2", "2001:db8:0:0:0:0:0:1");
  }

  @Test
  void appendsNoSearchDomain() {
    assertThatThrownBy(() -> dns.lookup("vault.eu"))
        .isExactlyInstanceOf(UnknownHostException.class);
    assertThatThrownBy(() -> dns.lookup("vault")).isExactlyInstanceOf(UnknownHostException.class);

    assertThat(server.asked()).containsOnly("vault.eu", "vault");
  }

  @Test
  void treatsANameWithoutAddressesAsUnknown() {
    server.put("empty.example");

    assertThatThrownBy(() -> dns.lookup("empty.example"))
        .isExactlyInstanceOf(UnknownHostException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "LOCALHOST", "app.localhost"})
  void resolvesTheLoopbackWithoutANameServer(String name) throws UnknownHostException {
    assertThat(dns.lookup(name)).isNotEmpty().allMatch(InetAddress::isLoopbackAddress);
    assertThat(server.asked()).isEmpty();
  }

  @Test
  void readsTheHostsFileEachTime(@TempDir Path folder) throws IOException {
    Path hosts = Files.writeString(folder.resolve("hosts"), "192.0.2.1 Inside inside2 # both\n");
    System.setProperty("jdk.net.hosts.file", hosts.toString());
    try {
      assertThat(dns.lookup("inside2"))
          .extracting(InetAddress::getHostAddress)
          .containsExactly("192.0.2.1");
      Files.writeString(hosts, "192.0.2.2 inside\n2001:db8::2 inside\n");
      assertThat(dns.lookup("INSIDE")).hasSize(2);
      assertThat(server.asked()).isEmpty();
    } finally {
      System.clearProperty("jdk.net.hosts.file");
    }
  }

  @Test
  void looksUpNamesWithUnderscores() throws UnknownHostException {
    server.put("my_service.example", "192.0.2.1");

    assertThat(dns.lookup("my_service.example")).hasSize(1);
  }

  @Test
  void blamesTheNameForSilenceWhenOthersAreAnswered() throws UnknownHostException {
    assertThat(silence("silent.example").isTheNamesFault()).isFalse();

    server.put("other.example", "192.0.2.1");
    assertThat(dns.lookup("other.example")).hasSize(1);

    assertThat(silence("silent.example").isTheNamesFault()).isTrue();
    assertThat(silence("broken.example").isTheNamesFault()).isTrue();
  }

  @Test
  void asksAgainWhenAnAnswerIsLost() throws Exception {
    server.put("late.example", "192.0.2.1");
    server.fallSilent(true);
    CompletableFuture<List<InetAddress>> answer = servers.addressesOf("late.example");
    await().until(() -> server.asked("late.example") > 0);
    server.fallSilent(false);

    assertThat(answer.get()).hasSize(1);
  }

  @Test
  void silentNamesDoNotDelayOthers() throws UnknownHostException {
    List<CompletableFuture<List<InetAddress>>> silent = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      silent.add(servers.addressesOf("silent-%d.example".formatted(i)));
    }

    for (int i = 0; i < 50; i++) {
      server.put("ok-%d.example".formatted(i), "192.0.2.1");
      assertThat(dns.lookup("ok-%d.example".formatted(i))).hasSize(1);
    }

    assertThat(silent).noneMatch(CompletableFuture::isDone);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a..example", ".example", "-", "a b.example", "x\u0000.example"})
  void survivesAnyName(String name) {
    assertThatThrownBy(() -> dns.lookup(name)).isInstanceOf(UnknownHostException.class);
  }

  @Test
  void treatsATooLongNameAsUnknown() {
    assertThatThrownBy(() -> dns.lookup("a".repeat(64) + ".example"))
        .isInstanceOf(UnknownHostException.class);
  }

  private NoAnswerException silence(String name) {
    try {
      throw new AssertionError(dns.lookup(name));
    } catch (NoAnswerException silent) {
      return silent;
    } catch (UnknownHostException denied) {
      throw new AssertionError(denied);
    }
  }
}
