package dev.homing.app.development;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Subscribes the sample receiver to {@code demo.*}, as any client would; its metadata say where its
 * inbox is.
 *
 * @param adminKey sent when the service asks for keys
 */
record SampleSubscription(URI api, Optional<String> adminKey, String receiver) {
  private static final JsonMapper JSON = JsonMapper.shared();

  /**
   * Does nothing when a subscription with the receiver's URL exists; says in a line what it did.
   */
  String register() {
    try (HttpClient http = HttpClient.newHttpClient()) {
      if (isThere(http)) {
        return "The sample receiver is subscribed to demo.* already.";
      }
      sent(http, creation(), 201);
      return "The sample receiver is now subscribed to demo.*.";
    } catch (IOException failed) {
      return "The sample receiver could not be subscribed: " + failed.getMessage();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return "The sample receiver was not subscribed.";
    }
  }

  private boolean isThere(HttpClient http) throws IOException, InterruptedException {
    Optional<String> cursor = Optional.of("");
    while (cursor.isPresent()) {
      JsonNode page = JSON.readTree(sent(http, page(cursor.get()), 200));
      if (page.path("items").valueStream().anyMatch(this::isOurs)) {
        return true;
      }
      cursor = page.path("next_cursor").stringValueOpt();
    }
    return false;
  }

  private boolean isOurs(JsonNode subscription) {
    return subscription.path("url").stringValueOpt().equals(Optional.of(receiver));
  }

  private HttpRequest page(String cursor) {
    String query =
        cursor.isEmpty() ? "" : "?cursor=" + URLEncoder.encode(cursor, StandardCharsets.UTF_8);
    return request(query).GET().build();
  }

  private HttpRequest creation() {
    Map<String, Object> subscription =
        Map.of(
            "url",
            receiver,
            "event_types",
            List.of("demo.*"),
            "description",
            "sample receiver",
            "metadata",
            Map.of("inbox", URI.create(receiver).resolve("/").toString()),
            "secret",
            SampleReceiver.SECRET);
    return request("")
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(JSON.writeValueAsString(subscription)))
        .build();
  }

  private HttpRequest.Builder request(String query) {
    HttpRequest.Builder request = HttpRequest.newBuilder(api.resolve("/subscriptions/" + query));
    adminKey.ifPresent(key -> request.header("Authorization", "Bearer " + key));
    return request;
  }

  private static String sent(HttpClient http, HttpRequest request, int expected)
      throws IOException, InterruptedException {
    HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
    if (answer.statusCode() != expected) {
      throw new IOException(
          "%s %s answered %d %s"
              .formatted(request.method(), request.uri(), answer.statusCode(), answer.body()));
    }
    return answer.body();
  }
}
