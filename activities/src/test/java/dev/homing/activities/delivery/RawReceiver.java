package dev.homing.activities.delivery;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ServerSocketFactory;
import okhttp3.HttpUrl;

/** A receiver that misbehaves byte by byte: plays one script for each connection, in order. */
final class RawReceiver implements AutoCloseable {
  private static final Pattern LENGTH = Pattern.compile("(?i)content-length: (\\d+)");

  /** What the receiver does with one connection, which is closed when it ends. */
  @FunctionalInterface
  interface Script {
    void play(Line line) throws IOException, InterruptedException;
  }

  private final ServerSocket server;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final AtomicInteger connections = new AtomicInteger();

  RawReceiver(Script... scripts) throws IOException {
    this(ServerSocketFactory.getDefault(), scripts);
  }

  RawReceiver(ServerSocketFactory sockets, Script... scripts) throws IOException {
    server = sockets.createServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(() -> play(List.of(scripts)));
  }

  HttpUrl url() {
    return new HttpUrl.Builder()
        .scheme("http")
        .host("127.0.0.1")
        .port(server.getLocalPort())
        .build();
  }

  int connections() {
    return connections.get();
  }

  private void play(List<Script> scripts) {
    for (Script script : scripts) {
      try (Socket socket = server.accept()) {
        connections.incrementAndGet();
        script.play(new Line(socket));
      } catch (IOException hungUp) {
        // The sender has had enough of this connection.
      } catch (InterruptedException stop) {
        return;
      }
    }
  }

  @Override
  public void close() throws IOException {
    closing.countDown();
    server.close();
  }

  /** One connection. */
  final class Line {
    private final Socket socket;

    Line(Socket socket) {
      this.socket = socket;
    }

    /** Reads head and body of a request. */
    String readRequest() throws IOException {
      ByteArrayOutputStream head = new ByteArrayOutputStream();
      while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
        int next = socket.getInputStream().read();
        if (next == -1) {
          throw new EOFException();
        }
        head.write(next);
      }
      String text = head.toString(StandardCharsets.ISO_8859_1);
      Matcher length = LENGTH.matcher(text);
      int rest = length.find() ? Integer.parseInt(length.group(1)) : 0;
      byte[] body = socket.getInputStream().readNBytes(rest);
      return text + new String(body, StandardCharsets.ISO_8859_1);
    }

    void write(String text) throws IOException {
      socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Writes it again and again, until the sender hangs up. */
    void writeForEver(String text) throws IOException {
      while (true) {
        write(text);
      }
    }

    /** Writes a byte each 400 ms, until the sender hangs up. */
    void trickle(String text) throws IOException, InterruptedException {
      for (int i = 0; !closing.await(400, TimeUnit.MILLISECONDS); i++) {
        write(text.substring(i % text.length(), i % text.length() + 1));
      }
    }

    /** Says nothing, until the sender hangs up. */
    void fallSilent() throws IOException {
      while (socket.getInputStream().read() != -1) {
        // Goes on listening.
      }
    }

    /** Ends the connection with RST instead of FIN. */
    void reset() throws IOException {
      socket.setSoLinger(true, 0);
      socket.close();
    }
  }
}
