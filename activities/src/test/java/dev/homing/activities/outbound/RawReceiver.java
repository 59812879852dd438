package dev.homing.activities.outbound;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import okhttp3.Call;
import okhttp3.EventListener;
import okhttp3.HttpUrl;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * A receiver scripted byte by byte: plays one script per connection, in order.
 *
 * <p>Its threads are platform threads. A script that writes without end would keep one of the few
 * carriers of virtual threads from the senders that share this JVM with it.
 */
final class RawReceiver implements AutoCloseable {
  private static final Pattern LENGTH = Pattern.compile("(?i)content-length: (\\d+)");

  /** The receiver's behaviour on one connection, which is closed at the script's end. */
  @FunctionalInterface
  interface Script {
    void play(Line line) throws IOException, InterruptedException;

    /** Reads a request, and writes this answer. */
    static Script answer(String answer) {
      return line -> {
        line.readRequest();
        line.write(answer);
      };
    }

    default Script then(Script next) {
      return line -> {
        play(line);
        next.play(line);
      };
    }
  }

  /** Fixed, so that what a script does not read stalls the sender. */
  private static final int RECEIVE_BUFFER = 64 * 1024;

  private final Thread.Builder threads = Thread.ofPlatform().daemon();
  private final ServerSocket server;
  private final @Nullable SSLSocketFactory tls;
  private final CountDownLatch heard = new CountDownLatch(1);
  private final CountDownLatch closing = new CountDownLatch(1);
  private final AtomicInteger connections = new AtomicInteger();

  RawReceiver(Script... scripts) throws IOException {
    this(null, scripts);
  }

  /** A receiver with TLS; null: without. */
  RawReceiver(@Nullable SSLSocketFactory tls, Script... scripts) throws IOException {
    this.tls = tls;
    this.server = new ServerSocket();
    server.setReceiveBufferSize(RECEIVE_BUFFER);
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
    threads.start(() -> play(List.of(scripts)));
  }

  HttpUrl url() {
    return new HttpUrl.Builder()
        .scheme(tls == null ? "http" : "https")
        .host("127.0.0.1")
        .port(server.getLocalPort())
        .build();
  }

  /** Tells the receiver when its status line and headers were read. */
  EventListener hearer() {
    return new EventListener() {
      @Override
      public void responseHeadersEnd(Call call, Response response) {
        heard.countDown();
      }
    };
  }

  int connections() {
    return connections.get();
  }

  private void play(List<Script> scripts) {
    for (Script script : scripts) {
      try {
        Socket wire = server.accept();
        connections.incrementAndGet();
        threads.start(() -> play(script, wire));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void play(Script script, Socket wire) {
    try (wire;
        Socket socket = tls == null ? wire : tls.createSocket(wire, null, true)) {
      script.play(new Line(wire, socket));
    } catch (IOException hungUp) {
      // The sender closed this connection.
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() throws IOException {
    closing.countDown();
    server.close();
  }

  /** One connection. */
  final class Line {
    private final Socket wire;
    private final Socket socket;

    Line(Socket wire, Socket socket) {
      this.wire = wire;
      this.socket = socket;
    }

    /** Makes the TLS handshake, if this receiver uses TLS. */
    void shakeHands() throws IOException {
      if (socket instanceof SSLSocket secure) {
        secure.startHandshake();
      }
    }

    /** Reads a request with its body. */
    String readRequest() throws IOException {
      String head = readUntil("\r\n\r\n");
      Matcher length = LENGTH.matcher(head);
      int rest = length.find() ? Integer.parseInt(length.group(1)) : 0;
      byte[] body = socket.getInputStream().readNBytes(rest);
      return head + new String(body, StandardCharsets.ISO_8859_1);
    }

    String readUntil(String end) throws IOException {
      ByteArrayOutputStream text = new ByteArrayOutputStream();
      while (!text.toString(StandardCharsets.ISO_8859_1).endsWith(end)) {
        int next = socket.getInputStream().read();
        if (next == -1) {
          throw new EOFException();
        }
        text.write(next);
      }
      return text.toString(StandardCharsets.ISO_8859_1);
    }

    /** Behaves well from here on: answers each request with its own payload. */
    void echo() throws IOException {
      while (true) {
        String request = readRequest();
        String payload = request.substring(request.indexOf("\r\n\r\n") + 4);
        write(
            "HTTP/1.1 202 Accepted\r\nContent-Length: " + payload.length() + "\r\n\r\n" + payload);
      }
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
        // Keeps reading.
      }
    }

    /** Reads and writes nothing, until the test is over. */
    void awaitEnd() throws InterruptedException {
      closing.await();
    }

    void writeBelowTls(String text) throws IOException {
      wire.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Waits until the sender has read status line and headers. */
    void awaitHeadersRead() throws InterruptedException {
      heard.await();
    }

    /** Ends the connection with RST instead of FIN, and without a closing TLS alert. */
    void reset() throws IOException {
      wire.setSoLinger(true, 0);
      wire.close();
    }
  }
}
