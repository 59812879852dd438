package dev.homing.app.development;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** A port on the loopback, and the setting that moves it. */
record Port(String use, int number, String setting) {

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

  /** One that nobody listens on at this moment. */
  static int free() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException none) {
      throw new UncheckedIOException(none);
    }
  }
}
