package dev.homing.app.bench;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongPredicate;
import java.util.stream.IntStream;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Business systems that tell Homing what happened, each on a connection of its own. */
final class Callers {
  private final List<URI> nodes;
  private final String path;
  private final int payload;
  private final int keys;
  private final Tally tally;
  private final String authorization;
  private final AtomicInteger events = new AtomicInteger();

  /**
   * @param nodes on which connections are opened in turn
   * @param payload bytes of each event
   * @param keys ordering keys, each of which one connection has for itself, so that it is known in
   *     which order its events were accepted; 0: events have none
   * @param key of the API; null: none is needed
   */
  Callers(
      List<URI> nodes, String eventType, int payload, int keys, Tally tally, @Nullable String key) {
    this.nodes = nodes;
    this.keys = keys;
    this.authorization = key == null ? "" : "Authorization: Bearer %s\r\n".formatted(key);
    this.path = "/webhooks/" + eventType;
    this.payload = payload;
    this.tally = tally;
  }

  /**
   * The result of calling for a while.
   *
   * @param refused calls that were not answered 202
   * @param start by {@link System#nanoTime()}
   * @param answers in microseconds, from the time at which a call was due
   * @param inEachSecond how many were accepted in the first second, and so on
   */
  record Calls(
      int accepted,
      int refused,
      long start,
      Duration took,
      Histogram answers,
      List<Integer> inEachSecond) {
    double acceptedPerSecond() {
      return accepted / (took.toNanos() / 1e9);
    }

    /** The mean of those full seconds whose middle fulfils a condition, by the same clock. */
    double acceptedPerSecond(LongPredicate middle) {
      return IntStream.range(0, inEachSecond.size() - 1)
          .filter(second -> middle.test(start + second * 1_000_000_000L + 500_000_000L))
          .map(inEachSecond::get)
          .average()
          .orElse(0);
    }
  }

  /**
   * Calls for that long.
   *
   * @param perSecond at this rate, regardless of the answers: a call that finds no free connection
   *     waits, and its wait counts; 0: each connection calls again once it has its answer
   */
  Calls call(int connections, double perSecond, Duration time) {
    return call(connections, perSecond, time, Integer.MAX_VALUE);
  }

  /** Makes that many calls, as fast as they are answered. */
  Calls call(int connections, int calls) {
    return call(connections, 0, Duration.ofHours(1), calls);
  }

  private Calls call(int connections, double perSecond, Duration time, int most) {
    Round round = new Round(System.nanoTime(), perSecond, time, most);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all =
          IntStream.range(0, connections)
              .<Future<?>>mapToObj(
                  number ->
                      threads.submit(
                          () -> {
                            round.callOn(new Connection(number, connections));
                            return null;
                          }))
              .toList();
      for (Future<?> each : all) {
        each.get();
      }
    } catch (ExecutionException failed) {
      throw new IllegalStateException(failed.getCause());
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(stopped);
    }
    return round.result();
  }

  /** The state that all connections share. */
  private static final class Round {
    private final long start;
    private final double perSecond;
    private final long end;
    private final int most;
    private final AtomicInteger turns = new AtomicInteger();
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private final ConcurrentSkipListMap<Integer, Integer> seconds = new ConcurrentSkipListMap<>();
    private final Histogram answers = new ConcurrentHistogram(3);

    Round(long start, double perSecond, Duration time, int most) {
      this.start = start;
      this.perSecond = perSecond;
      this.end = start + time.toNanos();
      this.most = most;
    }

    void callOn(Connection unopened) throws IOException {
      try (Connection connection = unopened) {
        for (int turn = turns.getAndIncrement(); turn < most; turn = turns.getAndIncrement()) {
          long due = perSecond == 0 ? System.nanoTime() : start + (long) (turn / perSecond * 1e9);
          if (due >= end) {
            return;
          }
          sleepUntil(due);
          if (connection.call(due)) {
            accepted.incrementAndGet();
            seconds.merge((int) ((System.nanoTime() - start) / 1_000_000_000), 1, Integer::sum);
          } else {
            refused.incrementAndGet();
          }
          answers.recordValue((System.nanoTime() - due) / 1_000);
        }
      }
    }

    Calls result() {
      return new Calls(
          accepted.get(),
          refused.get(),
          start,
          Duration.ofNanos(System.nanoTime() - start),
          answers,
          IntStream.rangeClosed(0, seconds.isEmpty() ? -1 : seconds.lastKey())
              .mapToObj(second -> seconds.getOrDefault(second, 0))
              .toList());
    }
  }

  private static void sleepUntil(long due) {
    for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  /** Opened again when the other side has ended it. */
  private final class Connection implements AutoCloseable {
    private final URI node;
    private final int number;
    private final int connections;
    private int orderingKey;
    private @Nullable Socket socket;
    private @Nullable Wire wire;

    /** The one with this number, of so many. */
    Connection(int number, int connections) {
      this.node = nodes.get(number % nodes.size());
      this.number = number;
      this.connections = connections;
    }

    /** Whether it was accepted. */
    boolean call(long due) throws IOException {
      int event = events.getAndIncrement();
      Wire open = open();
      int key = nextKey();
      open.write(request(node, key, new Stamp(event, key, due).payload(payload)));
      Wire.Message answer = open.read();
      if (answer.isLast()) {
        close();
      }
      if (answer.status() == 202) {
        tally.accepted(event);
      }
      return answer.status() == 202;
    }

    /** Its own keys in turn, as far apart as there are connections; 0: none. */
    private int nextKey() {
      if (keys > 0) {
        int next = orderingKey + connections;
        orderingKey = orderingKey == 0 || next > keys ? number + 1 : next;
      }
      return orderingKey;
    }

    private Wire open() throws IOException {
      if (wire == null) {
        socket = new Socket(node.getHost(), node.getPort());
        wire = new Wire(socket);
      }
      return wire;
    }

    @Override
    public void close() throws IOException {
      if (socket != null) {
        socket.close();
      }
      wire = null;
    }
  }

  private byte[] request(URI node, int key, byte[] body) {
    String ordering = key == 0 ? "" : "Homing-Ordering-Key: object-%d\r\n".formatted(key);
    byte[] head =
        """
        POST %s HTTP/1.1\r
        Host: %s\r
        %s%sContent-Type: application/json\r
        Content-Length: %d\r
        \r
        """
            .formatted(path, node.getAuthority(), authorization, ordering, body.length)
            .getBytes(StandardCharsets.US_ASCII);
    byte[] request = new byte[head.length + body.length];
    System.arraycopy(head, 0, request, 0, head.length);
    System.arraycopy(body, 0, request, head.length, body.length);
    return request;
  }
}
