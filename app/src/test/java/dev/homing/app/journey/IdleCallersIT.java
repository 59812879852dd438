package dev.homing.app.journey;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.homing.app.development.RealParts;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Ten thousand callers that send nothing, or half a request, do not delay others.
 *
 * <p>Takes minutes, so it belongs to the chaos suite.
 */
@EnabledIfSystemProperty(named = "chaos.rows", matches = "all")
@Isolated("as it takes most of the files there may be")
class IdleCallersIT {
  private static final int MAX_CALLERS = 10_000;

  /** More than a busy machine needs to open all connections. */
  private static final Duration MAX_IDLE = Duration.ofSeconds(90);

  private static final ByteBuffer HALF_A_HEAD =
      ByteBuffer.wrap("GET /events HTTP/1.1\r\nHost: a\r\nX: ".getBytes(US_ASCII));

  private final List<SocketChannel> idle = new ArrayList<>();

  @Test
  void othersAreServedAndIdleCallersDisconnected(@TempDir Path folder) throws IOException {
    HomingProcess homing =
        ClassesProcess.start(
            folder,
            RealParts.shared(),
            Map.of(
                "SERVER_TOMCAT_CONNECTION_TIMEOUT",
                MAX_IDLE.toSeconds() + "s",
                "HOMING_REQUESTS_HEAD_TIMEOUT",
                "1h"));
    try {
      int many = callerCount();
      while (idle.size() < many) {
        idle.add(open(homing));
      }

      for (int i = 0; i < 20; i++) {
        String event = homing.api().trigger("nobody.hears.this");
        homing.api().get("/events/" + event).expect(200);
      }
      assertThat(idle).noneMatch(IdleCallersIT::isEnded);

      await("they are ended")
          .atMost(MAX_IDLE.multipliedBy(3))
          .untilAsserted(() -> assertThat(idle).allMatch(IdleCallersIT::isEnded));
      homing.stop();
    } finally {
      homing.discard();
      for (SocketChannel channel : idle) {
        channel.close();
      }
    }
  }

  /** The number of callers, limited by the open files of this process. */
  private static int callerCount() {
    var system = (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long free = system.getMaxFileDescriptorCount() - system.getOpenFileDescriptorCount() - 500;
    if (free < MAX_CALLERS) {
      System.out.println("only %d idle callers: a process may have no more files".formatted(free));
    }
    return (int) Math.min(MAX_CALLERS, free);
  }

  /** Every second caller sends half a request head. */
  private SocketChannel open(HomingProcess homing) throws IOException {
    SocketChannel channel =
        SocketChannel.open(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), homing.uri().getPort()));
    if (idle.size() % 2 == 0) {
      channel.write(HALF_A_HEAD.duplicate());
    }
    channel.configureBlocking(false);
    return channel;
  }

  private static boolean isEnded(SocketChannel channel) {
    try {
      return channel.read(ByteBuffer.allocate(1)) < 0;
    } catch (IOException reset) {
      return true;
    }
  }
}
