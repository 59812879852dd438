package dev.homing.app.development;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.EmptyWebhookSecretException;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Receives webhooks, verifies them with a library that is not ours, and prints a line for each.
 *
 * <p>{@code /ok} answers 200, {@code /status/503} that status, {@code /slow} after 10 seconds
 * ({@code ?seconds=30}: after 30), {@code /down} drops the connection.
 */
public final class SampleReceiver implements AutoCloseable {
  /** Known to everyone who reads this: good for trying things out and for nothing else. */
  public static final String SECRET = "whsec_aG9taW5nLXNhbXBsZS1yZWNlaXZlci1ub3Qtc2VjcmV0";

  private static final int SHOWN_CHARACTERS = 200;
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS");
  private static final Pattern STATUS = Pattern.compile("/status/([2-5]\\d\\d)");
  private static final Pattern SECONDS = Pattern.compile("(?:^|.*&)seconds=(\\d{1,5})(?:&.*|$)");

  private final HttpServer server;
  private final Webhook webhook;
  private final Consumer<String> print;

  private SampleReceiver(HttpServer server, Webhook webhook, Consumer<String> print) {
    this.server = server;
    this.webhook = webhook;
    this.print = print;
  }

  /** Port 0 is a free one; what is signed with another secret counts as not verified. */
  public static SampleReceiver start(int port, String secret, Consumer<String> print) {
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
      SampleReceiver receiver = new SampleReceiver(server, new Webhook(secret), print);
      server.createContext("/", receiver::receive);
      server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
      server.start();
      return receiver;
    } catch (IOException failed) {
      throw new PartFailed(
          "The sample receiver cannot listen on port %d: %s.".formatted(port, failed.getMessage()),
          failed);
    } catch (EmptyWebhookSecretException noSecret) {
      throw new IllegalArgumentException(noSecret);
    }
  }

  /** For example {@code http://127.0.0.1:8090/ok}. */
  public String url(String path) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + path;
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private void receive(HttpExchange exchange) throws IOException {
    try (exchange) {
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      String verdict = verdict(exchange, body);
      String answered = answer(exchange);
      print.accept(line(exchange, body, verdict, answered));
    }
  }

  private String verdict(HttpExchange exchange, String body) {
    try {
      webhook.verify(body, exchange.getRequestHeaders());
      return "signature verified ✓";
    } catch (WebhookVerificationException refused) {
      return "signature NOT verified: " + refused.getMessage();
    }
  }

  /** What was answered, in words. */
  private static String answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    Matcher status = STATUS.matcher(path);
    if (status.matches()) {
      return answer(exchange, Integer.parseInt(status.group(1)));
    }
    return switch (path) {
      case "/ok" -> answer(exchange, 200);
      case "/slow" -> answerLate(exchange);
      // Closed before an answer: the connection is dropped.
      case "/down" -> "dropped the connection";
      default -> answer(exchange, 404);
    };
  }

  private static String answer(HttpExchange exchange, int status) throws IOException {
    exchange.sendResponseHeaders(status, -1);
    return "answered " + status;
  }

  private static String answerLate(HttpExchange exchange) throws IOException {
    Duration wait = Duration.ofSeconds(seconds(exchange.getRequestURI().getRawQuery()));
    try {
      Thread.sleep(wait);
      return answer(exchange, 200) + " after " + wait.toSeconds() + " s";
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return "was stopped before it answered";
    } catch (IOException gone) {
      return "would have answered 200 after %d s, but the sender had gone"
          .formatted(wait.toSeconds());
    }
  }

  private static int seconds(@Nullable String query) {
    if (query == null) {
      return 10;
    }
    Matcher seconds = SECONDS.matcher(URLDecoder.decode(query, StandardCharsets.UTF_8));
    return seconds.matches() ? Integer.parseInt(seconds.group(1)) : 10;
  }

  private static String line(HttpExchange exchange, String body, String verdict, String answered) {
    return String.join(
        "  ",
        LocalTime.now(ZoneId.systemDefault()).format(TIME),
        exchange.getRequestURI().toString(),
        header(exchange, "webhook-id"),
        "attempt " + header(exchange, "webhook-attempt"),
        header(exchange, "content-type").toLowerCase(Locale.ROOT),
        shown(body),
        verdict,
        answered);
  }

  private static String header(HttpExchange exchange, String name) {
    String value = exchange.getRequestHeaders().getFirst(name);
    return value == null ? "-" : value;
  }

  /** On one line, and nothing in it that a terminal would obey. */
  private static String shown(String body) {
    String start = body.substring(0, Math.min(body.length(), SHOWN_CHARACTERS));
    return start.replaceAll("\\p{Cntrl}", " ") + (body.length() > start.length() ? "…" : "");
  }
}
