package dev.homing.activities.outbound;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A proxy that gives one answer to all, and leads whoever it lets through to one receiver. */
final class SampleProxy implements AutoCloseable {
  static final String OPEN = "HTTP/1.1 200 Connection established\r\nVia: sample\r\n\r\n";

  private final ServerSocket server;
  private final String answer;
  private final int receiver;
  private final List<String> asked = new CopyOnWriteArrayList<>();

  /**
   * A proxy on a free port of the loopback.
   *
   * @param answer nothing, and it stays silent
   * @param receiver the port of whoever all tunnels lead to
   */
  SampleProxy(String answer, int receiver) throws IOException {
    this.answer = answer;
    this.receiver = receiver;
    this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.startVirtualThread(this::serve);
  }

  int port() {
    return server.getLocalPort();
  }

  /** What it was asked for, each with its headers. */
  List<String> asked() {
    return List.copyOf(asked);
  }

  private void serve() {
    while (true) {
      try {
        Socket caller = server.accept();
        Thread.startVirtualThread(() -> serve(caller));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket caller) {
    try (caller) {
      asked.add(head(caller));
      caller.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
      if (answer.startsWith("HTTP/1.1 200")) {
        tunnel(caller);
      } else if (answer.isEmpty()) {
        caller.getInputStream().transferTo(OutputStream.nullOutputStream());
      }
    } catch (IOException gone) {
      // The caller, or the receiver.
    }
  }

  private static String head(Socket caller) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(StandardCharsets.US_ASCII).endsWith("\r\n\r\n")) {
      int next = caller.getInputStream().read();
      if (next < 0) {
        throw new IOException("closed");
      }
      head.write(next);
    }
    return head.toString(StandardCharsets.US_ASCII);
  }

  private void tunnel(Socket caller) throws IOException {
    try (Socket other = new Socket(InetAddress.getLoopbackAddress(), receiver)) {
      Thread.startVirtualThread(() -> copy(other, caller));
      caller.getInputStream().transferTo(other.getOutputStream());
    }
  }

  private static void copy(Socket from, Socket to) {
    try (from;
        to) {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException gone) {
      // So is the other side, then.
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
