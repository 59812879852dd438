package dev.homing.app.chaos;

import static dev.homing.app.journey.Api.id;

import dev.homing.app.chaos.RecordingReceivers.Answered;
import dev.homing.app.chaos.RecordingReceivers.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Two deliveries with one ordering key that wait for hours, whatever a row does meanwhile: the
 * first in its own workflow, the other one behind it. So something waits in every row, and no fault
 * may move it.
 */
final class LongWait implements AutoCloseable {
  private static final String TYPE = "patient.happened";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final World world;
  private final RecordingReceivers receiver = new RecordingReceivers();
  private final List<String> events = new ArrayList<>();
  private String head = "";

  LongWait(World world) {
    this.world = world;
  }

  /** Returns once both wait in their places. */
  void begin() {
    receiver.answer(_ -> new Reply.Status(500)); // Opens no circuit breaker.
    String subscription =
        id(
            world
                .api()
                .post(
                    "/subscriptions",
                    Map.of(
                        "url", receiver.url(0),
                        "secret", RecordingReceivers.secret(0),
                        "event_types", List.of(TYPE),
                        "ordered", true,
                        "retry", Map.of("initial_interval", "5h")))
                .expect(201));
    world.watch(subscription);
    publish();
    head = world.api().deliveryId(events.getFirst(), subscription);
    await(subscription, "run_id is not null");
    publish();
    await(subscription, "reason = 'in_order'");
  }

  private void publish() {
    events.add(
        id(
            world
                .api()
                .send("POST", "/webhooks/" + TYPE, "{}", "Homing-Ordering-Key", "patient")
                .expect(202)));
  }

  private void await(String subscription, String place) {
    String waiting =
        "select count(*) from deliveries where subscription_id = '%s' and %s"
            .formatted(subscription.substring(4), place);
    World.until(place, PATIENCE, () -> world.count(waiting) == 1);
  }

  /** Ends the wait, and returns what was wrong with it: nothing if it has ended before. */
  List<String> end() {
    if (events.isEmpty()) {
      return List.of();
    }
    List<String> complaints = new ArrayList<>();
    if (receiver.answered().size() != 1) {
      complaints.add("sent before its time: " + receipts());
    }
    receiver.recover();
    world.api().post("/deliveries/" + head + "/retry").expect(202);
    World.until("the long wait is over", PATIENCE, () -> delivered().size() == events.size());
    if (!delivered().equals(events)) {
      complaints.add("%s came instead of %s".formatted(receipts(), events));
    }
    events.clear();
    return complaints;
  }

  private List<String> delivered() {
    return receiver.answered().stream()
        .filter(each -> each.reply().delivers())
        .map(each -> each.visit().event())
        .distinct()
        .toList();
  }

  private List<String> receipts() {
    return receiver.answered().stream()
        .map(Answered::visit)
        .map(visit -> visit.event() + " at " + visit.at())
        .toList();
  }

  @Override
  public void close() {
    receiver.close();
  }
}
