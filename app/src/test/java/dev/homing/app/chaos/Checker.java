package dev.homing.app.chaos;

import static dev.homing.app.journey.Api.text;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;
import tools.jackson.databind.JsonNode;

/**
 * Compares, once nothing moves any more, what the callers were promised, what the sinks got and
 * what the API says.
 */
final class Checker {
  /** Beyond the longest delay that is expected. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final World world;
  private final List<String> complaints = new ArrayList<>();
  private List<Call> calls = List.of();
  private List<Sinks.Answered> answered = List.of();
  private Set<String> kept = Set.of();

  Checker(World world) {
    this.world = world;
  }

  /** An accepted event on its way to a healthy sink. */
  private record Pair(String event, int sink) {}

  void check(Expected expected) {
    calls = world.generator.finish();
    awaitDrain(expected.longestDelay().plus(PATIENCE));
    answered = world.sinks.answered();
    limit("calls without a 202", calls.stream().filter(call -> !call.isAccepted()).count(), 0);
    limit("refusals", refusals(), expected.refusals());
    limit("lost", lost(), 0);
    limit("unexpected", unexpected(), 0);
    limit("duplicated", duplicated(), expected.duplicates());
    limit("bad signatures", badSignatures(), 0);
    kept = keptEvents();
    limit("false acknowledgements", falseAcknowledgements(), 0);
    limit(
        "milliseconds of the longest delay",
        longestDelay().toMillis(),
        expected.longestDelay().toMillis());
    compareWithTheApi();
    readTheLogs();
  }

  private void limit(String what, long found, long limit) {
    if (found > limit) {
      complaints.add("%s: %d instead of at most %d".formatted(what, found, limit));
    }
  }

  private void awaitDrain(Duration patience) {
    try {
      World.until("drained", patience, this::isDrained);
    } catch (ConditionTimeoutException never) {
      complaints.add("not drained after %s".formatted(patience));
    }
  }

  private boolean isDrained() {
    answered = world.sinks.answered();
    return lost() == 0
        && world.count("select count(*) from open_events") == 0
        && world.count(
                "select count(*) from deliveries where state = 'retrying' and subscription_id in (%s)"
                    .formatted(subscriptionUuids()))
            == 0;
  }

  private String subscriptionUuids() {
    return String.join(
        ",", world.subscriptions().stream().map(id -> "'" + id.substring(4) + "'").toList());
  }

  private Stream<Pair> pairs() {
    return calls.stream().flatMap(this::pairs);
  }

  private Stream<Pair> pairs(Call call) {
    return call.event().stream()
        .flatMap(event -> IntStream.range(0, sinks()).mapToObj(sink -> new Pair(event, sink)));
  }

  /** The healthy ones come first. */
  private int sinks() {
    return world.subscriptions().size();
  }

  private Map<Pair, Instant> firstDeliveries() {
    return answered.stream()
        .filter(each -> each.reply().delivers())
        .collect(
            toMap(
                Checker::pair,
                each -> each.visit().at(),
                (one, other) -> one.isBefore(other) ? one : other));
  }

  private static Pair pair(Sinks.Answered each) {
    return new Pair(each.visit().event(), each.visit().sink());
  }

  int lost() {
    Set<Pair> delivered = firstDeliveries().keySet();
    return (int) pairs().filter(pair -> !delivered.contains(pair)).count();
  }

  /** Nobody was promised it, or it is not what was published. */
  int unexpected() {
    Map<String, Call> published =
        calls.stream()
            .filter(Call::isAccepted)
            .collect(toMap(call -> call.event().orElseThrow(), call -> call, (one, _) -> one));
    return (int)
        answered.stream()
            .filter(
                each -> {
                  Call call = published.get(each.visit().event());
                  return call == null || !Arrays.equals(call.body(), each.visit().request().body());
                })
            .count();
  }

  /** What sinks took more than once. */
  int duplicated() {
    Map<Pair, List<Sinks.Answered>> taken =
        answered.stream()
            .filter(each -> each.reply().takes() && each.visit().sink() < sinks())
            .collect(groupingBy(Checker::pair));
    return taken.values().stream().mapToInt(each -> each.size() - 1).sum();
  }

  int recovered() {
    Set<Pair> delivered = firstDeliveries().keySet();
    return (int)
        calls.stream()
            .filter(Call::wasUnknown)
            .flatMap(this::pairs)
            .filter(delivered::contains)
            .count();
  }

  int badSignatures() {
    return (int) answered.stream().filter(each -> !each.visit().signed()).count();
  }

  int accepted() {
    return (int) calls.stream().filter(Call::isAccepted).count();
  }

  private long refusals() {
    return calls.stream()
        .flatMap(call -> call.tries().stream())
        .filter(each -> each.outcome() != Call.Outcome.OK)
        .count();
  }

  /** A 202 for an event that is not there, or that is another's. */
  int falseAcknowledgements() {
    long missing =
        calls.stream().flatMap(Call::accepted).filter(t -> !kept.contains(t.event())).count();
    long twice =
        calls.stream()
            .filter(c -> c.accepted().map(Call.Try::event).distinct().count() > 1)
            .count();
    return (int) (missing + twice);
  }

  private Set<String> keptEvents() {
    Set<String> ids = new HashSet<>();
    String cursor = "";
    do {
      JsonNode page = world.api().get("/events?limit=250" + cursor).expect(200).json();
      page.get("items").values().stream()
          .filter(event -> Generator.TYPES.contains(text(event, "event_type")))
          .forEach(event -> ids.add(text(event, "id")));
      JsonNode next = page.get("next_cursor");
      cursor = next == null || next.isNull() ? "" : "&cursor=" + next.stringValue();
    } while (!cursor.isEmpty());
    return ids;
  }

  /** From the 202 to the first delivery. */
  Duration longestDelay() {
    Map<Pair, Instant> delivered = firstDeliveries();
    return calls.stream()
        .flatMap(call -> call.accepting().stream().flatMap(first -> delays(call, first, delivered)))
        .max(Comparator.naturalOrder())
        .orElse(Duration.ZERO);
  }

  private Stream<Duration> delays(Call call, Call.Try first, Map<Pair, Instant> delivered) {
    return pairs(call)
        .filter(delivered::containsKey)
        .map(pair -> Duration.between(first.answeredAt(), delivered.get(pair)));
  }

  private void compareWithTheApi() {
    Set<String> promised = calls.stream().flatMap(call -> call.event().stream()).collect(toSet());
    limit("events that were kept twice or for nobody", kept.size(), promised.size());
    promised.parallelStream()
        .filter(kept::contains)
        .flatMap(event -> world.api().deliveriesOf(event).stream())
        .filter(delivery -> world.subscriptions().contains(text(delivery, "subscription_id")))
        .map(delivery -> wrong(text(delivery, "id")))
        .flatMap(Collection::stream)
        .forEachOrdered(complaints::add);
  }

  private List<String> wrong(String id) {
    JsonNode delivery = world.api().delivery(id);
    List<Integer> numbers =
        delivery.get("attempts").values().stream()
            .map(each -> each.get("number").intValue())
            .toList();
    List<String> wrong = new ArrayList<>();
    if (!text(delivery, "state").equals("delivered")) {
      wrong.add("%s is %s".formatted(id, delivery.get("state")));
    }
    if (!numbers.equals(
        IntStream.rangeClosed(1, delivery.get("attempt_count").intValue()).boxed().toList())) {
      wrong.add("%s has attempts %s of %s".formatted(id, numbers, delivery.get("attempt_count")));
    }
    return wrong;
  }

  private void readTheLogs() {
    for (Node node : world.nodes()) {
      for (String never : List.of("NonDeterministicException", "OutOfMemoryError")) {
        limit("%s in %s".formatted(never, node.log().getFileName()), node.logged(never).size(), 0);
      }
    }
  }

  List<String> complaints() {
    return complaints;
  }
}
