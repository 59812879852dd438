package dev.homing.app.chaos;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The business systems. They call the nodes in turn at a fixed rate, regardless of the answers, and
 * repeat unaccepted calls: one half as good clients do, with the same {@code Idempotency-Key}, the
 * other half without one.
 */
final class Generator implements AutoCloseable {
  private static final JsonMapper JSON = JsonMapper.shared();
  static final List<String> TYPES = List.of("order.created", "order.paid", "order.shipped");
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final Duration BETWEEN_TRIES = Duration.ofSeconds(1);
  private static final int LARGEST = 2_000;

  private final HttpClient http = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Call> calls = new CopyOnWriteArrayList<>();
  private final Random random;
  private final Duration interval;
  private volatile List<Node> nodes = List.of();
  private volatile boolean paused;
  private volatile boolean ending;
  private volatile boolean closed;

  Generator(long seed, int perSecond) {
    this.random = new Random(seed);
    this.interval = Duration.ofSeconds(1).dividedBy(perSecond);
  }

  /** Calls these, in turn. */
  void begin(Node... called) {
    turnTo(called);
    var unused = threads.submit(this::call);
  }

  /** Calls these nodes from now on, for repeats as well. */
  void turnTo(Node... called) {
    nodes = List.of(called);
  }

  /** Makes no new calls for now. */
  void pause() {
    paused = true;
  }

  void goOn() {
    paused = false;
  }

  private void call() {
    long due = System.nanoTime();
    while (!ending) {
      if (!paused) {
        int number = calls.size();
        Call call = next(number);
        calls.add(call);
        var unused = threads.submit(() -> tell(call, number));
      }
      due += interval.toNanos();
      LockSupport.parkNanos(due - System.nanoTime());
    }
  }

  /** The mark in a body that one of these has sent. */
  static String mark(byte[] body) {
    return JSON.readTree(body).get("mark").stringValue();
  }

  private Call next(int number) {
    String mark = "call-" + number;
    byte[] noise = new byte[random.nextInt(LARGEST)];
    random.nextBytes(noise);
    String body =
        "{\"mark\":\"%s\",\"noise\":\"%s\"}"
            .formatted(mark, Base64.getEncoder().encodeToString(noise));
    return new Call(
        mark,
        number % 4 < 2, // Nodes take turns, and each gets both kinds.
        TYPES.get(random.nextInt(TYPES.size())),
        body.getBytes(StandardCharsets.UTF_8));
  }

  /** Repeats a call until any node accepts it. */
  private void tell(Call call, int turn) {
    for (int i = turn; !closed && !call.isAccepted(); i++) {
      List<Node> called = nodes;
      Node node = called.get(i % called.size());
      call.tries().add(once(call, node));
      if (!call.isAccepted()) {
        LockSupport.parkNanos(BETWEEN_TRIES.toNanos());
      }
    }
  }

  private Call.Try once(Call call, Node node) {
    Instant at = Instant.now();
    long start = System.nanoTime();
    int status = 0;
    String event = null;
    Call.Outcome outcome = Call.Outcome.UNKNOWN;
    try {
      HttpResponse<byte[]> answer =
          http.send(request(call, node.uri()), BodyHandlers.ofByteArray());
      status = answer.statusCode();
      outcome = outcome(status, answer.body());
      if (outcome == Call.Outcome.OK) {
        event = JSON.readTree(answer.body()).get("id").stringValue();
      }
    } catch (ConnectException nothingWasSent) {
      outcome = Call.Outcome.FAIL;
    } catch (IOException nobodyKnows) {
      // Status 0.
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
    return new Call.Try(
        node.name(), at, Duration.ofNanos(System.nanoTime() - start), status, event, outcome);
  }

  /** A 5xx tells that nothing was changed, or it does not tell. */
  static Call.Outcome outcome(int status, byte[] body) {
    if (status == 202) {
      return Call.Outcome.OK;
    }
    boolean unchanged =
        status < 500 || new String(body, StandardCharsets.UTF_8).contains("nothing was changed");
    return unchanged ? Call.Outcome.FAIL : Call.Outcome.UNKNOWN;
  }

  private static HttpRequest request(Call call, URI node) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(node.resolve("/webhooks/" + call.type()))
            .timeout(TIMEOUT)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofByteArray(call.body()));
    if (call.keyed()) {
      request.header("Idempotency-Key", call.mark());
    }
    return request.build();
  }

  /** Waits until this many more calls were made. */
  void awaitCalls(int more) {
    int before = calls.size();
    await("%d more calls".formatted(more))
        .atMost(Duration.ofMinutes(2))
        .pollInterval(Duration.ofMillis(20))
        .until(() -> calls.size() >= before + more);
  }

  /** Waits until this many more calls were accepted. */
  void awaitAccepted(int more) {
    long before = accepted();
    await("%d more calls are accepted".formatted(more))
        .atMost(Duration.ofMinutes(2))
        .pollInterval(Duration.ofMillis(20))
        .until(() -> accepted() >= before + more);
  }

  private long accepted() {
    return calls.stream().filter(Call::isAccepted).count();
  }

  /** Makes no more, and waits until all are accepted; a call that never is stays as it is. */
  void finish() {
    ending = true;
    try {
      await()
          .atMost(Duration.ofSeconds(90))
          .pollInterval(Duration.ofMillis(50))
          .until(() -> calls().stream().allMatch(Call::isAccepted));
    } catch (ConditionTimeoutException someNever) {
      // The checker will tell.
    }
  }

  /** The requests and answers between these times. */
  Stream<Call.Try> tries(Instant from, Instant to) {
    return calls().stream()
        .flatMap(call -> call.tries().stream())
        .filter(each -> each.at().isAfter(from) && each.answeredAt().isBefore(to));
  }

  /** All of them until now. */
  List<Call> calls() {
    return List.copyOf(calls);
  }

  @Override
  public void close() {
    ending = true;
    closed = true;
    threads.shutdownNow();
    http.shutdownNow();
  }
}
