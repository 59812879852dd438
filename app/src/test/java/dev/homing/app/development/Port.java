package dev.homing.app.development;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/** A port on the loopback, and the setting that moves it. */
public record Port(String use, int number, String setting) {

  private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

  /** Refuses with a sentence when somebody listens there. */
  void mustBeFree() {
    if (number < 1 || number > 65_535) {
      throw new PartFailed(
          "%s is %d, which is no port: set it to a number from 1 to 65535."
              .formatted(setting, number));
    }
    try (ServerSocket socket = new ServerSocket()) {
      // As servers do it: a connection of the last run that still lingers is not in the way.
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), number));
    } catch (IOException taken) {
      throw new PartFailed(
          "Port %d (%s) is taken: end what listens there, or set %s to another port."
              .formatted(number, use, setting),
          taken);
    }
  }

  /**
   * One that nobody listens on, and that no other caller in this JVM gets.
   *
   * <p>Below the ports that systems give to outgoing connections: one of those would be taken
   * before whoever asked begins to listen.
   */
  public static int free() {
    return ThreadLocalRandom.current()
        .ints(10_000, 30_000)
        .filter(port -> isFree(port) && GIVEN.add(port))
        .findFirst()
        .orElseThrow();
  }

  private static boolean isFree(int port) {
    try (ServerSocket _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return true;
    } catch (IOException taken) {
      return false;
    }
  }
}
