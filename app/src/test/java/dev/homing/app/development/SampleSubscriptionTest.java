package dev.homing.app.development;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class SampleSubscriptionTest {
  private static final String RECEIVER = "http://127.0.0.1:8090/ok";

  private final List<String> created = new CopyOnWriteArrayList<>();
  private final List<String> keys = new CopyOnWriteArrayList<>();
  private HttpServer api;
  private boolean works = true;

  @BeforeEach
  void start() throws IOException {
    api = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    api.createContext("/subscriptions/", this::answer);
    api.start();
  }

  @AfterEach
  void stop() {
    api.stop(0);
  }

  @Test
  void subscribesTheReceiverOnce() {
    assertThat(sample().register()).isEqualTo("The sample receiver is now subscribed to demo.*.");
    assertThat(sample().register())
        .isEqualTo("The sample receiver is subscribed to demo.* already.");

    assertThat(created).hasSize(1);
    assertThat(JsonMapper.shared().readTree(created.getFirst()))
        .isEqualTo(
            JsonMapper.shared()
                .readTree(
                    """
                    {"url":"%s","event_types":["demo.*"],"description":"sample receiver",
                     "metadata":{"inbox":"http://127.0.0.1:8090/"},"secret":"%s"}
                    """
                        .formatted(RECEIVER, SampleReceiver.SECRET)));
    assertThat(keys).containsOnly("Bearer admin");
  }

  @Test
  void reportsWhyItFailed() {
    works = false;

    assertThat(sample().register())
        .startsWith("The sample receiver could not be subscribed: GET http://127.0.0.1:")
        .endsWith("/subscriptions/ answered 503 not now");
  }

  private SampleSubscription sample() {
    URI uri = URI.create("http://127.0.0.1:" + api.getAddress().getPort());
    return new SampleSubscription(uri, Optional.of("admin"), RECEIVER);
  }

  /** Two pages: a stranger's subscription, then what was created. */
  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      keys.add(Objects.toString(exchange.getRequestHeaders().getFirst("Authorization")));
      if (!works) {
        respond(exchange, 503, "not now");
      } else if (exchange.getRequestMethod().equals("POST")) {
        created.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        respond(exchange, 201, created.getFirst());
      } else if (exchange.getRequestURI().getQuery() == null) {
        respond(exchange, 200, "{\"items\":[{\"url\":\"http://other\"}],\"next_cursor\":\"a+b\"}");
      } else {
        assertThat(exchange.getRequestURI().getQuery()).isEqualTo("cursor=a+b");
        respond(exchange, 200, "{\"items\":[" + String.join(",", new ArrayList<>(created)) + "]}");
      }
    }
  }

  private static void respond(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }
}
