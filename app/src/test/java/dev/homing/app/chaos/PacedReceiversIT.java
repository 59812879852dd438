package dev.homing.app.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.chaos.RecordingReceivers.Reply;
import dev.homing.app.chaos.RecordingReceivers.Visit;
import dev.homing.app.journey.Api;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;

/** Receivers with a pace, which nodes count together in Redis. */
@ExtendWith(Rows.class)
class PacedReceiversIT {
  private static final int RATED = 0;
  private static final int NARROW = 1;
  private static final int PER_SECOND = 20;
  private static final int MAX_IN_FLIGHT = 4;

  /** After which a request of a node that died no longer counts as in flight. */
  private static final Duration FORGOTTEN = Node.TIMEOUT.plusSeconds(10);

  private static final Duration ANSWER_TIME = Duration.ofMillis(300);
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @Row(number = 52, fault = "node killed with requests in flight to receivers with a pace")
  void nodesKeepThePaceAfterADeath(World world) {
    Node doomed = world.node();
    Node other = world.node();
    world.begin(doomed, other);
    world.generator.awaitAccepted(5);
    world.generator.pause();
    world.awaitQuiet();
    try (RecordingReceivers paced = new RecordingReceivers()) {
      subscribe(RATED, Map.of("rate", Map.of("limit", PER_SECOND, "per", "1s")), paced, world);
      String narrow = subscribe(NARROW, Map.of("max_in_flight", MAX_IN_FLIGHT), paced, world);
      String inFlight = "pace:{default}:%s:in_flight".formatted(narrow);
      for (Node node : List.of(doomed, other)) {
        publish(NARROW, 1, node); // Both know then that it answers.
        World.until("answered", PATIENCE, () -> world.parts().redis().members(inFlight) == 0);
      }
      awaitAll(2, NARROW, paced);

      paced.answer(visit -> visit.sink() == NARROW ? new Reply.Silence() : new Reply.Status(200));
      publish(RATED, 15 * PER_SECOND, doomed, other);
      publish(NARROW, MAX_IN_FLIGHT, doomed);
      World.until(
          "in flight",
          PATIENCE,
          () -> paced.answered(Reply.Silence.class).count() == MAX_IN_FLIGHT);
      assertThat(world.parts().redis().members(inFlight)).isEqualTo(MAX_IN_FLIGHT);
      doomed.kill();
      Instant killed = Instant.now();
      paced.answer(
          visit -> visit.sink() == NARROW ? new Reply.Late(ANSWER_TIME) : new Reply.Status(200));
      publish(NARROW, 20, other);
      world.checkPlaces();
      awaitAll(2 + MAX_IN_FLIGHT + 20, NARROW, paced);
      awaitAll(15 * PER_SECOND, RATED, paced);

      Instant first =
          visits(NARROW, paced).filter(at -> at.isAfter(killed)).findFirst().orElseThrow();
      Instant counted = paced.answered(Reply.Silence.class).findFirst().orElseThrow().visit().at();
      assertThat(Duration.between(counted, first))
          .isBetween(FORGOTTEN.minusMillis(500), FORGOTTEN.plusSeconds(5));
      assertThat(mostWithin(ANSWER_TIME, visits(NARROW, paced).filter(at -> at.isAfter(killed))))
          .isBetween(2, MAX_IN_FLIGHT);
      assertThat(mostWithin(Duration.ofSeconds(1), visits(RATED, paced)))
          .isBetween(PER_SECOND / 2, PER_SECOND + PER_SECOND / 10);
      World.until("all have ended", PATIENCE, () -> world.parts().redis().members(inFlight) == 0);
    }
    world.generator.turnTo(other);
    world.generator.goOn();
    world.generator.awaitAccepted(10);
    world.check(Expected.delay(Duration.ofSeconds(10)));
  }

  private static String subscribe(
      int sink, Map<String, Object> pace, RecordingReceivers paced, World world) {
    Map<String, Object> subscription = new HashMap<>(pace);
    subscription.put("url", paced.url(sink));
    subscription.put("secret", RecordingReceivers.secret(sink));
    subscription.put("event_types", List.of(type(sink)));
    String id = Api.id(world.api().post("/subscriptions", subscription).expect(201));
    world.watch(id);
    return id;
  }

  /** Of no sink of the world. */
  private static String type(int sink) {
    return "paced.to" + sink;
  }

  /** Publishes so many events, by turns to these nodes. */
  private static void publish(int sink, int count, Node... nodes) {
    for (int i = 0; i < count; i++) {
      nodes[i % nodes.length].api().post("/webhooks/" + type(sink), "{}").expect(202);
    }
  }

  /** Waits until so many events were answered. */
  private static void awaitAll(int events, int sink, RecordingReceivers paced) {
    World.until(
        events + " events have come",
        PATIENCE,
        () ->
            paced.answered().stream()
                    .filter(each -> each.reply().delivers())
                    .map(RecordingReceivers.Answered::visit)
                    .filter(visit -> visit.sink() == sink)
                    .map(Visit::event)
                    .distinct()
                    .count()
                == events);
  }

  private static Stream<Instant> visits(int sink, RecordingReceivers paced) {
    return paced.answered().stream()
        .map(RecordingReceivers.Answered::visit)
        .filter(visit -> visit.sink() == sink)
        .map(Visit::at)
        .sorted();
  }

  /** How many came at most within a time that begins with one of them. */
  private static int mostWithin(Duration period, Stream<Instant> visits) {
    List<Instant> times = visits.toList();
    return times.stream()
        .mapToInt(
            first ->
                (int)
                    times.stream()
                        .filter(at -> !at.isBefore(first) && at.isBefore(first.plus(period)))
                        .count())
        .max()
        .orElse(0);
  }
}
