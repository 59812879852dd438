package dev.homing.app.chaos;

import dev.homing.app.journey.LoopbackServer;
import dev.homing.app.journey.Receipt;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Receivers on plain sockets, told apart by their path, that write down all that comes: each
 * answers 200 at once, unless a row says otherwise.
 */
final class RecordingReceivers implements AutoCloseable {
  private static final Reply OK = new Reply.Status(200);

  private final LoopbackServer server;
  private final Queue<Answered> answered = new ConcurrentLinkedQueue<>();
  private final Map<String, Integer> counts = new ConcurrentHashMap<>();
  private volatile Function<Visit, Reply> script = _ -> OK;
  private volatile boolean kept = true;

  RecordingReceivers() {
    server = LoopbackServer.start(1_000, this::serve);
  }

  /** The reaction of a sink to a complete request. */
  sealed interface Reply {
    record Status(int code) implements Reply {}

    /** Answers 200 that much later. */
    record Late(Duration after) implements Reply {}

    /** Answers 503 that much later. */
    record LateRefusal(Duration after) implements Reply {}

    /** Sends the header of a 200 and drops the connection. */
    record CutAfterHeader() implements Reply {}

    /** Drops the connection without a word. */
    record CutBeforeHeader() implements Reply {}

    /** Says nothing until the sender is gone. */
    record Silence() implements Reply {}

    /** Whether a sender that waits is told 2xx. */
    default boolean delivers() {
      return switch (this) {
        case Status(int code) -> code / 100 == 2;
        case CutAfterHeader _ -> true;
        case Late(Duration after) -> after.compareTo(Node.TIMEOUT) < 0;
        case LateRefusal _, CutBeforeHeader _, Silence _ -> false;
      };
    }

    /** Whether the sink accepts the event, regardless of what the sender learns. */
    default boolean takes() {
      return switch (this) {
        case Status(int code) -> code / 100 == 2;
        case CutAfterHeader _, Late _, CutBeforeHeader _, Silence _ -> true;
        case LateRefusal _ -> false;
      };
    }
  }

  /**
   * A request as it came to one sink.
   *
   * @param number how often the event came there, this one included
   */
  record Visit(int sink, Receipt request, boolean signed, int number) {
    String event() {
      return request.id();
    }

    Instant at() {
      return request.cameAt();
    }
  }

  /** A visit and the reply of the sink. */
  record Answered(Visit visit, Reply reply) {}

  /** Sets the reply to each request from now on. */
  void answer(Function<Visit, Reply> replies) {
    script = replies;
  }

  void recover() {
    script = _ -> OK;
  }

  /** Keeps no connection open, so that each attempt has to make its own. */
  void keepNoConnections() {
    kept = false;
  }

  String url(int sink) {
    return "http://127.0.0.1:%d/%d".formatted(server.port(), sink);
  }

  /** Under another name of this machine. */
  String url(int sink, String host) {
    return "http://%s:%d/%d".formatted(host, server.port(), sink);
  }

  static String secret(int sink) {
    byte[] key = "the key of a sink, number %06d".formatted(sink).getBytes(StandardCharsets.UTF_8);
    return "whsec_" + Base64.getEncoder().encodeToString(key);
  }

  /** All that came until now, in the order it came. */
  List<Answered> answered() {
    return List.copyOf(answered);
  }

  Stream<Answered> answered(Class<? extends Reply> with) {
    return answered().stream().filter(each -> with.isInstance(each.reply()));
  }

  private void serve(Socket socket) throws IOException, InterruptedException {
    socket.setTcpNoDelay(true);
    InputStream in = new BufferedInputStream(socket.getInputStream());
    OutputStream out = new BufferedOutputStream(socket.getOutputStream());
    boolean open = true;
    while (open) {
      List<String> head = head(in);
      if (head.isEmpty()) {
        return;
      }
      Visit visit = visit(head, in);
      Reply reply = script.apply(visit);
      answered.add(new Answered(visit, reply));
      open = reply(reply, in, out) && kept;
    }
  }

  /** Request line and headers; empty at the end of the connection. */
  private static List<String> head(InputStream in) throws IOException {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next >= 0; next = in.read()) {
      if (next != '\n') {
        line.append((char) next);
      } else if (line.toString().isBlank()) {
        return lines;
      } else {
        lines.add(line.toString().strip());
        line.setLength(0);
      }
    }
    return List.of();
  }

  private Visit visit(List<String> head, InputStream in) throws IOException {
    Map<String, List<String>> headers = new HashMap<>();
    for (String line : head.subList(1, head.size())) {
      int colon = line.indexOf(':');
      headers
          .computeIfAbsent(
              line.substring(0, colon).toLowerCase(Locale.ROOT), _ -> new ArrayList<>())
          .add(line.substring(colon + 1).strip());
    }
    int length = Integer.parseInt(headers.getOrDefault("content-length", List.of("0")).getFirst());
    Receipt receipt = new Receipt(headers, in.readNBytes(length), Instant.now());
    int sink = Integer.parseInt(head.getFirst().split(" ", -1)[1].substring(1));
    boolean signed = receipt.isSignedWith(secret(sink));
    int number = counts.merge(sink + " " + receipt.id(), 1, Integer::sum);
    return new Visit(sink, receipt, signed, number);
  }

  /** False when the connection is over. */
  private static boolean reply(Reply reply, InputStream in, OutputStream out)
      throws IOException, InterruptedException {
    return switch (reply) {
      case Reply.Status(int code) -> say(out, code, 0);
      case Reply.Late(Duration after) -> {
        Thread.sleep(after);
        yield say(out, 200, 0);
      }
      case Reply.LateRefusal(Duration after) -> {
        Thread.sleep(after);
        yield say(out, 503, 0);
      }
      case Reply.CutAfterHeader _ -> !say(out, 200, 100);
      case Reply.CutBeforeHeader _ -> false;
      case Reply.Silence _ -> in.read() >= 0;
    };
  }

  private static boolean say(OutputStream out, int code, int length) throws IOException {
    String head = "HTTP/1.1 %d Said\r\nContent-Length: %d\r\n\r\n".formatted(code, length);
    out.write(head.getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
    return true;
  }

  @Override
  public void close() {
    server.close();
  }
}
