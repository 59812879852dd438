package dev.homing.activities.outbound;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;

/**
 * A receiver: {@code /503} answers 503, {@code /503/disable} with {@code webhook-delivery:
 * disable}, {@code /hangs…} when told to, {@code /refuses-first} 503 to the first attempt of each
 * delivery, {@code /sheds} 503 to each third request, any other path 200.
 */
public final class TestReceiver extends Dispatcher implements AutoCloseable {
  private final MockWebServer server = new MockWebServer();
  private final List<String> paths = new CopyOnWriteArrayList<>();
  private final List<String> attempts = new CopyOnWriteArrayList<>();
  private final List<String> events = new CopyOnWriteArrayList<>();
  private final Map<String, Runnable> acts = new ConcurrentHashMap<>();
  private final AtomicInteger shed = new AtomicInteger();
  private final CountDownLatch answer = new CountDownLatch(1);

  public TestReceiver() {
    server.setDispatcher(this);
    try {
      server.start();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  public String url(String path) {
    return server.url(path).toString();
  }

  /** Sets an action between a request to this path and its answer. */
  public void when(String path, Runnable act) {
    acts.put(path, act);
  }

  /** Sets an action between a request for this event and its answer. */
  public void whenEvent(String id, Runnable act) {
    acts.put(id, act);
  }

  /** Answers all hanging requests. */
  public void answer() {
    answer.countDown();
  }

  public long requests(String path) {
    return paths.stream().filter(path::equals).count();
  }

  public int requests() {
    return paths.size();
  }

  /** The {@code webhook-attempt} of each request. */
  public List<String> attempts() {
    return attempts;
  }

  /** The {@code webhook-id} of each request. */
  public List<String> events() {
    return events;
  }

  @Override
  public MockResponse dispatch(RecordedRequest request) throws InterruptedException {
    String path = request.getUrl().encodedPath();
    paths.add(path);
    String attempt = requireNonNull(request.getHeaders().get("webhook-attempt"));
    attempts.add(attempt);
    String event = requireNonNull(request.getHeaders().get("webhook-id"));
    events.add(event);
    requireNonNullElse(acts.get(event), () -> {}).run();
    requireNonNullElse(acts.get(path), () -> {}).run();
    if (path.startsWith("/hangs")) {
      boolean told = answer.await(30, TimeUnit.SECONDS);
      return new MockResponse.Builder().code(told ? 200 : 500).build();
    }
    String code =
        switch (path) {
          case "/refuses-first" -> attempt.equals("1") ? "503" : "200";
          case "/sheds" -> shed.incrementAndGet() % 3 == 0 ? "503" : "200";
          default -> request.getUrl().pathSegments().getFirst();
        };
    MockResponse.Builder response =
        new MockResponse.Builder().code(code.matches("[0-9]{3}") ? Integer.parseInt(code) : 200);
    if (path.equals("/429") || path.endsWith("/later")) {
      response.addHeader("Retry-After", "3600");
    }
    request.getUrl().pathSegments().stream()
        .skip(1)
        .forEach(instruction -> response.addHeader("webhook-delivery", instruction));
    return response.build();
  }

  @Override
  public void close() {
    answer();
    server.close();
  }
}
