package dev.homing.app.bench;

import dev.homing.app.journey.LoopbackServer;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/** All receivers, at one port and told apart by their path: they count, and answer. */
final class Receivers implements AutoCloseable {
  private static final byte[] OK = answer("200 OK");
  private static final byte[] REFUSED = answer("503 Service Unavailable");

  private final LoopbackServer server;
  private final Behaviour behaviour;
  private final Tally tally;
  private final Histogram delays = new ConcurrentHistogram(3);
  private final Order order = new Order();
  private final Arrivals arrivals = new Arrivals(System::nanoTime);
  private volatile boolean down;

  /**
   * How they answer.
   *
   * @param latency before each answer
   * @param refusingOneIn of so many events the first attempts of one are answered 503; 0: of none
   * @param inTurn for so long some are refused, then none for as long, and so on; zero: always some
   * @param hanging how many of them, from the first on, never answer
   * @param startingDown whether all of them refuse everything until all calls were made
   */
  record Behaviour(
      Duration latency, int refusingOneIn, Duration inTurn, int hanging, boolean startingDown) {
    static final Behaviour PROMPT = new Behaviour(Duration.ZERO, 0, Duration.ZERO, 0, false);

    Behaviour after(Duration time) {
      return new Behaviour(time, refusingOneIn, inTurn, hanging, startingDown);
    }

    Behaviour refusingOneIn(int events) {
      return new Behaviour(latency, events, inTurn, hanging, startingDown);
    }

    Behaviour hanging(int receivers) {
      return new Behaviour(latency, refusingOneIn, inTurn, receivers, startingDown);
    }

    Behaviour downAtFirst() {
      return new Behaviour(latency, refusingOneIn, inTurn, hanging, true);
    }

    Behaviour inTurn(Duration time) {
      return new Behaviour(latency, refusingOneIn, time, hanging, startingDown);
    }

    /** Whether some first attempts are refused at this {@link System#nanoTime()}. */
    boolean refusesAt(long nanoTime) {
      return refusingOneIn > 0
          && (inTurn.isZero() || Math.floorDiv(nanoTime, inTurn.toNanos()) % 2 == 0);
    }

    private boolean refuses(int event) {
      return refusesAt(System.nanoTime()) && event % refusingOneIn == 0;
    }
  }

  Receivers(Behaviour behaviour, Tally tally) {
    this.behaviour = behaviour;
    this.tally = tally;
    server = LoopbackServer.start(4_096, this::serve);
  }

  private static byte[] answer(String status) {
    return "HTTP/1.1 %s\r\nContent-Length: 0\r\n\r\n"
        .formatted(status)
        .getBytes(StandardCharsets.US_ASCII);
  }

  String url(int receiver) {
    return "http://127.0.0.1:%d/%d".formatted(server.port(), receiver);
  }

  void goDown() {
    down = true;
  }

  void comeUp() {
    down = false;
  }

  /** The time from when its call was due to its first receipt, in microseconds. */
  Histogram delays() {
    return delays;
  }

  Order order() {
    return order;
  }

  /** At all receivers together. */
  Arrivals arrivals() {
    return arrivals;
  }

  private void serve(Socket socket) throws IOException, InterruptedException {
    Wire wire = new Wire(socket);
    while (true) {
      Wire.Message request = wire.read();
      wire.write(answer(request));
    }
  }

  private byte[] answer(Wire.Message request) throws InterruptedException {
    arrivals.begin();
    try {
      return receive(request);
    } finally {
      arrivals.end();
    }
  }

  private byte[] receive(Wire.Message request) throws InterruptedException {
    long now = System.nanoTime();
    int receiver = Integer.parseInt(request.path().substring(1));
    Stamp stamp = Stamp.of(request.body());
    if (receiver < behaviour.hanging()) {
      Thread.sleep(Duration.ofHours(1));
    }
    if (!behaviour.latency().isZero()) {
      Thread.sleep(behaviour.latency());
    }
    if (down || refuses(stamp.number(), receiver)) {
      return REFUSED;
    }
    if (tally.received(stamp.number(), receiver)) {
      delays.recordValue((now - stamp.due()) / 1_000);
      if (stamp.key() > 0) {
        order.received(stamp.number(), stamp.key(), receiver);
      }
    }
    return OK;
  }

  private boolean refuses(int event, int receiver) {
    return behaviour.refuses(event) && tally.refused(event, receiver);
  }

  @Override
  public void close() {
    server.close();
  }
}
