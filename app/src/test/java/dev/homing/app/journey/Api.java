package dev.homing.app.journey;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.openapi.Contract;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A client of Homing's API, which holds every answer to the OpenAPI document. */
public final class Api {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  /** More than the minute after which an overdue delivery is rescued. */
  private static final Duration TIMEOUT = Duration.ofSeconds(90);

  static {
    // On a busy machine ten seconds, its own default, are not enough.
    Awaitility.setDefaultTimeout(TIMEOUT);
  }

  /** Retries every second or so, without end. */
  public static final Map<String, Object> IMPATIENT =
      Map.of("retry", Map.of("initial_interval", "1s", "max_interval", "1s"));

  /** Retries after about an hour. */
  public static final Map<String, Object> PATIENT =
      Map.of("retry", Map.of("initial_interval", "1h"));

  /** Never retries. */
  public static final Map<String, Object> ONCE = Map.of("retry", Map.of("max_attempts", 1));

  /** Retries once, after a second. */
  public static final Map<String, Object> TWICE =
      Map.of("retry", Map.of("max_attempts", 2, "initial_interval", "1s"));

  private final URI base;
  private final @Nullable String key;

  public Api(URI base) {
    this(base, null);
  }

  private Api(URI base, @Nullable String key) {
    this.base = base;
    this.key = key;
  }

  /** The same with an {@code Authorization} header. */
  public Api authorized(String authorization) {
    return new Api(base, authorization);
  }

  public URI base() {
    return base;
  }

  /** A response. */
  @SuppressWarnings("ArrayRecordComponent")
  public record Answer(int status, Map<String, List<String>> headers, byte[] body) {
    public String text() {
      return new String(body, StandardCharsets.UTF_8);
    }

    public JsonNode json() {
      return JSON.readTree(body);
    }

    /** The header; empty if it is missing. */
    public String header(String name) {
      return String.join(", ", headers.getOrDefault(name, List.of()));
    }

    /** Fails, showing the body, unless the status is this. */
    public Answer expect(int expected) {
      assertThat(status).as("%s", text()).isEqualTo(expected);
      return this;
    }
  }

  public Answer get(String path, String... headers) {
    return send("GET", path, BodyPublishers.noBody(), headers);
  }

  public Answer delete(String path, String... headers) {
    return send("DELETE", path, BodyPublishers.noBody(), headers);
  }

  public Answer post(String path) {
    return send("POST", path, BodyPublishers.noBody());
  }

  /** With a JSON body. */
  public Answer post(String path, Object body) {
    return send("POST", path, body);
  }

  /** With a JSON body: a text as it is, anything else written as JSON. */
  public Answer send(String method, String path, Object body, String... headers) {
    String text = body instanceof String given ? given : JSON.writeValueAsString(body);
    String[] all = new String[headers.length + 2];
    all[0] = "Content-Type";
    all[1] = "application/json";
    System.arraycopy(headers, 0, all, 2, headers.length);
    return send(method, path, BodyPublishers.ofString(text), all);
  }

  /** Headers are names and values in turn. */
  public Answer send(String method, String path, BodyPublisher body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + path)).timeout(TIMEOUT).method(method, body);
    if (headers.length > 0) {
      request.headers(headers);
    }
    if (key != null) {
      request.header("Authorization", key);
    }
    try {
      HttpResponse<byte[]> answer = HTTP.send(request.build(), BodyHandlers.ofByteArray());
      Answer given = new Answer(answer.statusCode(), answer.headers().map(), answer.body());
      Contract.check(method, path, given);
      return given;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(stopped);
    }
  }

  // Frequent steps of tests.

  /** Registers a receiver for an event type that no other test uses. */
  public Subscribed subscribed(ScriptedReceiver receiver) {
    return subscribed(receiver, Map.of());
  }

  public Subscribed subscribed(ScriptedReceiver receiver, Map<String, Object> more) {
    String type = Types.unique();
    return new Subscribed(this, subscribe(receiver, type, more), type);
  }

  /** Registers a receiver for an event type or pattern, and returns the subscription's id. */
  public String subscribe(ScriptedReceiver receiver, String eventType, Map<String, Object> more) {
    Map<String, Object> subscription = new HashMap<>(more);
    subscription.put("url", receiver.url());
    subscription.put("event_types", List.of(eventType));
    subscription.putIfAbsent("secret", ScriptedReceiver.SECRET);
    return id(post("/subscriptions", subscription).expect(201));
  }

  public void change(String subscription, Map<String, Object> patch) {
    send("PATCH", "/subscriptions/" + subscription, patch).expect(200);
  }

  /** Publishes an event with some body, and returns its id. */
  public String trigger(String eventType) {
    return id(post("/webhooks/" + eventType, "{\"some\": \"thing\"}").expect(202));
  }

  public static String id(Answer answer) {
    return answer.json().get("id").stringValue();
  }

  public JsonNode event(String id) {
    return get("/events/" + id).expect(200).json();
  }

  public JsonNode delivery(String id) {
    return get("/deliveries/" + id).expect(200).json();
  }

  /** All deliveries of an event. */
  public List<JsonNode> deliveriesOf(String event) {
    return get("/deliveries?limit=250&event=" + event)
        .expect(200)
        .json()
        .get("items")
        .values()
        .stream()
        .toList();
  }

  /** The delivery of an event to a subscription. */
  public String deliveryId(String event, String subscription) {
    return deliveriesOf(event).stream()
        .filter(delivery -> text(delivery, "subscription_id").equals(subscription))
        .map(delivery -> text(delivery, "id"))
        .findFirst()
        .orElseThrow();
  }

  /** The only delivery of an event. */
  public String deliveryId(String event) {
    List<JsonNode> all = deliveriesOf(event);
    assertThat(all).hasSize(1);
    return text(all.getFirst(), "id");
  }

  /** Waits until the delivery is in this state. */
  public JsonNode await(String delivery, String state) {
    return awaitDelivery(delivery, "state", state);
  }

  /** Waits until a field of the delivery has this value. */
  public JsonNode awaitDelivery(String delivery, String field, Object value) {
    return Awaitility.await(delivery)
        .atMost(TIMEOUT)
        .pollInterval(Duration.ofMillis(50))
        .until(
            () -> delivery(delivery),
            found -> found.get(field).asString().equals(value.toString()));
  }

  /** The text of an existing field. */
  public static String text(JsonNode node, String field) {
    return requireNonNull(node.get(field), field).stringValue();
  }
}
