package dev.homing.app.journey;

import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A receiver that records requests and answers by a script; 200 by default. */
public final class ScriptedReceiver implements AutoCloseable {
  /** The signing secret of its subscriptions, unless they have their own. */
  public static final String SECRET = "whsec_c2NyaXB0ZWQtcmVjZWl2ZXItbm90LXNlY3JldC0x";

  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final LinkedBlockingDeque<Reply> script = new LinkedBlockingDeque<>();
  private final List<Receipt> receipts = new CopyOnWriteArrayList<>();
  private final int port;
  private volatile HttpServer server;

  private ScriptedReceiver(HttpServer server) {
    this.server = server;
    this.port = server.getAddress().getPort();
    serve();
  }

  /** Starts one on a free port of the loopback. */
  public static ScriptedReceiver start() {
    return new ScriptedReceiver(bound(0));
  }

  private static HttpServer bound(int port) {
    try {
      return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private void serve() {
    server.createContext("/", this::receive);
    server.setExecutor(threads);
    server.start();
  }

  /** The reaction to a request. */
  @FunctionalInterface
  public interface Reply {
    void to(HttpExchange exchange) throws IOException;

    static Reply status(int status) {
      return exchange -> exchange.sendResponseHeaders(status, -1);
    }

    static Reply status(int status, String header, String value) {
      return exchange -> {
        exchange.getResponseHeaders().set(header, value);
        exchange.sendResponseHeaders(status, -1);
      };
    }

    static Reply saying(int status, String body) {
      return exchange -> {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
      };
    }

    /** Makes the sender wait for the signal first. */
    default Reply after(CountDownLatch signal) {
      return exchange -> {
        try {
          signal.await();
        } catch (InterruptedException stopped) {
          Thread.currentThread().interrupt();
          return;
        }
        to(exchange);
      };
    }
  }

  /** Gives these replies in turn; the last one from then on. */
  public ScriptedReceiver answers(Reply... replies) {
    script.clear();
    script.addAll(List.of(replies));
    return this;
  }

  /** Answers these statuses in turn; the last one from then on. */
  public ScriptedReceiver answers(int... statuses) {
    return answers(replies(statuses));
  }

  /** Answers these statuses in turn, the first one once the returned latch is at zero. */
  public CountDownLatch holdsBack(int... statuses) {
    CountDownLatch answer = new CountDownLatch(1);
    Reply[] replies = replies(statuses);
    replies[0] = replies[0].after(answer);
    answers(replies);
    return answer;
  }

  private static Reply[] replies(int... statuses) {
    return IntStream.of(statuses).mapToObj(Reply::status).toArray(Reply[]::new);
  }

  private void receive(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      Map<String, List<String>> headers =
          exchange.getRequestHeaders().entrySet().stream()
              .collect(
                  Collectors.toMap(
                      header -> header.getKey().toLowerCase(Locale.ROOT), Map.Entry::getValue));
      Reply reply;
      synchronized (script) {
        receipts.add(new Receipt(headers, body, Instant.now()));
        Reply next = script.size() > 1 ? script.poll() : script.peek();
        reply = next == null ? Reply.status(200) : next;
      }
      reply.to(exchange);
    }
  }

  /** Stops listening, so that connections are refused. */
  public void goDown() {
    server.stop(0);
  }

  /** Listens again after {@link #goDown()}. */
  public void comeBack() {
    server = bound(port);
    serve();
  }

  public String url() {
    return "http://127.0.0.1:" + port + "/hook";
  }

  /** The requests so far. */
  public List<Receipt> receipts() {
    return List.copyOf(receipts);
  }

  /** Waits for at least this many requests, in order of arrival. */
  public List<Receipt> awaitReceipts(int count) {
    return awaitReceipts(count, TIMEOUT);
  }

  public List<Receipt> awaitReceipts(int count, Duration patience) {
    await()
        .atMost(patience)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> receipts.size() >= count);
    return receipts();
  }

  /** Waits until all of these events have arrived. */
  public void awaitEvents(Collection<String> ids) {
    awaitEvents(ids, TIMEOUT);
  }

  public void awaitEvents(Collection<String> ids, Duration patience) {
    await()
        .atMost(patience)
        .pollInterval(Duration.ofMillis(50))
        .until(
            () -> receipts.stream().map(Receipt::id).collect(Collectors.toSet()).containsAll(ids));
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
