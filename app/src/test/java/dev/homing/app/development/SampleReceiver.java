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
import java.time.Instant;
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
 * <p>{@code /} shows what came, with a switch. {@code /ok} answers 200, or 503 while switched so,
 * {@code /status/503} that status, {@code /slow} after 10 seconds ({@code ?seconds=30}: after 30),
 * {@code /down} drops the connection.
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
  private final SampleInbox inbox;
  private final Consumer<String> print;

  private SampleReceiver(
      HttpServer server, Webhook webhook, SampleInbox inbox, Consumer<String> print) {
    this.server = server;
    this.webhook = webhook;
    this.inbox = inbox;
    this.print = print;
  }

  /** Port 0 is a free one; what is signed with another secret counts as not verified. */
  public static SampleReceiver start(int port, String secret, Consumer<String> print) {
    return start(port, secret, "", print);
  }

  /**
   * The same, with a link from its inbox.
   *
   * @param firstSteps where the link leads; empty: there is none
   */
  static SampleReceiver start(int port, String secret, String firstSteps, Consumer<String> print) {
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
      SampleReceiver receiver =
          new SampleReceiver(server, new Webhook(secret), new SampleInbox(firstSteps), print);
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
      switch (exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath()) {
        case "GET /" -> show(exchange);
        case "POST /switch" -> {
          inbox.setFailing(body.equals("answer=503"));
          exchange.getResponseHeaders().set("Location", "/");
          exchange.sendResponseHeaders(303, -1);
        }
        default -> receive(exchange, body);
      }
    }
  }

  private void show(HttpExchange exchange) throws IOException {
    byte[] page = inbox.page().getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "text/html;charset=UTF-8");
    exchange.getResponseHeaders().set("Cache-Control", "no-store");
    exchange.sendResponseHeaders(200, page.length);
    exchange.getResponseBody().write(page);
  }

  private void receive(HttpExchange exchange, String body) throws IOException {
    Instant at = Instant.now();
    String fault = fault(exchange, body);
    String answered = answer(exchange);
    print.accept(line(exchange, body, fault, answered));
    inbox.add(
        new SampleInbox.Receipt(
            at,
            exchange.getRequestURI().toString(),
            exchange.getRequestHeaders(),
            body,
            fault,
            answered));
  }

  /** Why the signature is not verified; empty: it is. */
  private String fault(HttpExchange exchange, String body) {
    try {
      webhook.verify(body, exchange.getRequestHeaders());
      return "";
    } catch (WebhookVerificationException refused) {
      return String.valueOf(refused.getMessage());
    }
  }

  /** What was answered, in words. */
  private String answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    Matcher status = STATUS.matcher(path);
    if (status.matches()) {
      return answer(exchange, Integer.parseInt(status.group(1)));
    }
    return switch (path) {
      case "/ok" -> answer(exchange, inbox.isFailing() ? 503 : 200);
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

  private static String line(HttpExchange exchange, String body, String fault, String answered) {
    return String.join(
        "  ",
        LocalTime.now(ZoneId.systemDefault()).format(TIME),
        exchange.getRequestURI().toString(),
        header(exchange, "webhook-id"),
        "attempt " + header(exchange, "webhook-attempt"),
        header(exchange, "content-type").toLowerCase(Locale.ROOT),
        shown(body),
        fault.isEmpty() ? "signature verified ✓" : "signature NOT verified: " + fault,
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
