package dev.homing.activities.outbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.activities.destination.DestinationPolicy;
import dev.homing.activities.destination.DestinationSettings;
import dev.homing.activities.destination.KnownNames;
import dev.homing.activities.destination.NameServers;
import dev.homing.activities.destination.OwnPorts;
import dev.homing.activities.destination.SampleNameServer;
import dev.homing.activities.destination.TimedDns;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import okhttp3.HttpUrl;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Names whose name server is silent, beside one whose name server answers. */
class SilentNamesTest {
  private static final int SILENT = 200;
  private static final int HEALTHY = 80;

  @AutoClose private final SampleNameServer server = new SampleNameServer();
  @AutoClose private final NameServers servers = new NameServers(server.address());
  @AutoClose private final TestReceiver receiver = new TestReceiver();
  private final Egress egress = new Egress();
  private final HttpSender sender =
      new HttpSender(
          new OutboundCalls(
              new DestinationPolicy(
                  new DestinationSettings("127.0.0.1", "", false, ""), false, new OwnPorts()),
              new TimedDns(new KnownNames(servers))),
          Clock.systemUTC(),
          egress,
          "1");

  @Test
  void holdUpNobodyAndAreChargedThemselves() throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Attempt>> silent = new ArrayList<>();
      for (int i = 0; i < SILENT; i++) {
        HttpUrl url = to("silent-%d.example".formatted(i));
        silent.add(threads.submit(() -> sender.send(SampleWebhooks.to(url))));
      }
      await().until(() -> server.asked().size() >= SILENT / 2);

      List<Future<Attempt>> healthy = new ArrayList<>();
      for (int i = 0; i < HEALTHY; i++) {
        String name = "ok-%d.example".formatted(i);
        server.put(name, "127.0.0.1");
        healthy.add(threads.submit(() -> sender.send(SampleWebhooks.to(to(name)))));
      }

      for (Future<Attempt> each : healthy) {
        assertThat(each.get().outcome().word()).isEqualTo("delivered");
      }
      assertThat(silent).noneMatch(Future::isDone);
      for (Future<Attempt> each : silent) {
        assertThat(each.get().outcome().word()).isEqualTo("dns_failed");
      }
      assertThat(slowest(healthy)).isLessThan(quickest(silent));
      assertThat(egress.isDown()).isFalse();
    }
  }

  @Test
  void takeNoTimeWhileTheyRest() {
    server.put("ok.example", "127.0.0.1");
    assertThat(sender.send(SampleWebhooks.to(to("ok.example"))).outcome().word())
        .isEqualTo("delivered");
    WebhookRequest request = SampleWebhooks.to(to("silent.example"));
    Duration first = sender.send(request).took();
    int asked = server.asked().size();

    List<Attempt> next = IntStream.range(0, 20).mapToObj(_ -> sender.send(request)).toList();

    assertThat(next).allMatch(attempt -> attempt.outcome().word().equals("dns_failed"));
    assertThat(next.getFirst().took()).isLessThan(first);
    assertThat(server.asked()).hasSize(asked);
  }

  private HttpUrl to(String name) {
    return HttpUrl.get(receiver.url("/ok")).newBuilder().host(name).build();
  }

  private static Duration slowest(List<Future<Attempt>> all) {
    return all.stream().map(each -> each.resultNow().took()).max(Duration::compareTo).orElseThrow();
  }

  private static Duration quickest(List<Future<Attempt>> all) {
    return all.stream().map(each -> each.resultNow().took()).min(Duration::compareTo).orElseThrow();
  }
}
