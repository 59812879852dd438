package dev.homing.app.chaos;

import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What was promised, what came, and what they differ in; the words are those of Jepsen's {@code
 * total-queue}.
 *
 * @param sinks how many are healthy and subscribed to everything: the first ones
 * @param calls of the business systems
 * @param answered what the sinks got, also those that are not healthy
 * @param kept the events that the API knows
 * @param fault from which delays are counted, if it came after the 202
 */
record Accounts(
    int sinks,
    List<Call> calls,
    List<RecordingReceivers.Answered> answered,
    Set<String> kept,
    Instant fault) {
  static final Accounts NONE = new Accounts(0, List.of(), List.of(), Set.of(), Instant.MIN);

  /** An event on its way to a sink. */
  private record Pair(String event, int sink) {
    static Pair of(RecordingReceivers.Answered each) {
      return new Pair(each.visit().event(), each.visit().sink());
    }
  }

  private Stream<Pair> pairs(Call call) {
    return call.event().stream()
        .flatMap(event -> IntStream.range(0, sinks).mapToObj(sink -> new Pair(event, sink)));
  }

  private Map<Pair, Instant> firstDeliveries() {
    return answered.stream()
        .filter(each -> each.reply().delivers())
        .collect(
            toMap(
                Pair::of,
                each -> each.visit().at(),
                (one, other) -> one.isBefore(other) ? one : other));
  }

  int accepted() {
    return (int) calls.stream().filter(Call::isAccepted).count();
  }

  /** Requests that were not answered 202. */
  int refusals() {
    return (int)
        calls.stream()
            .flatMap(call -> call.tries().stream())
            .filter(each -> each.outcome() != Call.Outcome.OK)
            .count();
  }

  /** Promised, and never delivered. */
  int lost() {
    Set<Pair> delivered = firstDeliveries().keySet();
    return (int)
        calls.stream().flatMap(this::pairs).filter(pair -> !delivered.contains(pair)).count();
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

  /** What healthy sinks took, each time of it counted. */
  private Stream<Pair> taken() {
    return answered.stream()
        .filter(each -> each.reply().takes() && each.visit().sink() < sinks)
        .map(Pair::of);
  }

  /** What healthy sinks took, each of it counted once. */
  int takenOnce() {
    return (int) taken().distinct().count();
  }

  /** How often healthy sinks took what they had taken before. */
  int duplicated() {
    return (int) taken().count() - takenOnce();
  }

  /** Deliveries of calls of which the client for a while did not know what became of them. */
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

  /** A 202 for an event that is not there, or another event for the same key. */
  int falseAcknowledgements() {
    long missing =
        calls.stream().flatMap(Call::accepted).filter(t -> !kept.contains(t.event())).count();
    long twice =
        calls.stream()
            .filter(call -> call.accepted().map(Call.Try::event).distinct().count() > 1)
            .count();
    return (int) (missing + twice);
  }

  /** Events that no client knows of, though each repeated its call until it got its 202. */
  int keptForNobody() {
    Set<String> promised = promised();
    return (int) kept.stream().filter(event -> !promised.contains(event)).count();
  }

  Set<String> promised() {
    return calls.stream().flatMap(call -> call.event().stream()).collect(toSet());
  }

  /** From the 202 or the fault to the first delivery. */
  Duration longestDelay() {
    Map<Pair, Instant> delivered = firstDeliveries();
    return calls.stream()
        .flatMap(call -> call.accepting().stream().flatMap(first -> delays(call, first, delivered)))
        .max(Comparator.naturalOrder())
        .orElse(Duration.ZERO);
  }

  private Stream<Duration> delays(Call call, Call.Try first, Map<Pair, Instant> delivered) {
    Instant since = first.answeredAt().isAfter(fault) ? first.answeredAt() : fault;
    return pairs(call)
        .filter(delivered::containsKey)
        .map(pair -> Duration.between(since, delivered.get(pair)));
  }
}
