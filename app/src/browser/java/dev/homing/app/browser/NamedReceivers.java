package dev.homing.app.browser;

import dev.homing.app.journey.ScriptedReceiver;
import dev.homing.app.journey.ScriptedReceiver.Reply;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Receivers with names of the internet, behind an egress proxy that leads all names to one server.
 * Each answers 200 until told otherwise.
 */
final class NamedReceivers {
  private static final byte[] OPEN =
      "HTTP/1.1 200 Connection established\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final Map<String, Reply> replies = new ConcurrentHashMap<>();
  private final ScriptedReceiver receiver = ScriptedReceiver.start();
  private final ServerSocket proxy;

  NamedReceivers() {
    try {
      proxy = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    receiver.answers(
        exchange ->
            replies
                .getOrDefault(exchange.getRequestHeaders().getFirst("Host"), Reply.status(200))
                .to(exchange));
    Thread.startVirtualThread(this::serve);
  }

  /** The address of the proxy, as {@code HOMING_EGRESS_PROXY} has it. */
  String proxy() {
    return "http://127.0.0.1:" + proxy.getLocalPort();
  }

  /** How the receiver with this name answers from now on. */
  void answer(String name, Reply reply) {
    replies.put(name, reply);
  }

  private void serve() {
    while (true) {
      try {
        Socket caller = proxy.accept();
        Thread.startVirtualThread(() -> serve(caller));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket caller) {
    int port = URI.create(receiver.url()).getPort();
    try (caller;
        Socket server = new Socket(InetAddress.getLoopbackAddress(), port)) {
      readHead(caller);
      caller.getOutputStream().write(OPEN);
      Thread.startVirtualThread(() -> copy(server, caller));
      caller.getInputStream().transferTo(server.getOutputStream());
    } catch (IOException gone) {
      // Homing or the server closed its connection.
    }
  }

  private static void readHead(Socket caller) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(StandardCharsets.US_ASCII).endsWith("\r\n\r\n")) {
      int next = caller.getInputStream().read();
      if (next < 0) {
        throw new IOException("closed");
      }
      head.write(next);
    }
  }

  private static void copy(Socket from, Socket to) {
    try (from;
        to) {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException gone) {
      // The other side is closed as well.
    }
  }
}
