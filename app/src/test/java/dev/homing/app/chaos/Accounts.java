package dev.homing.app.chaos;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toMap;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Compares promised events with received ones, in the terms of Jepsen's {@code total-queue}.
 *
 * @param sinks how many are healthy and subscribed to everything: the first ones
 * @param calls of the business systems
 * @param answered the receipts of all sinks, including unhealthy ones
 * @param kept the events that the API knows
 * @param unanswered of those, the marks of all that no 202 names
 * @param fault from which delays are counted, if it came after the 202
 */
record Accounts(
    int sinks,
    List<Call> calls,
    List<RecordingReceivers.Answered> answered,
    Set<String> kept,
    Map<String, String> unanswered,
    Instant fault) {
  static final Accounts NONE =
      new Accounts(0, List.of(), List.of(), Set.of(), Map.of(), Instant.MIN);

  /** An event on its way to a sink. */
  private record Pair(String event, int sink) {
    static Pair of(RecordingReceivers.Answered each) {
      return new Pair(each.visit().event(), each.visit().sink());
    }
  }

  private Stream<Pair> pairs(String event) {
    return IntStream.range(0, sinks).mapToObj(sink -> new Pair(event, sink));
  }

  /**
   * The events that must arrive, each with its call: those that a 202 names, and those that exist
   * because a try without a key was accepted though its caller never heard of it.
   */
  Map<String, Call> events() {
    Map<String, Call> events = new HashMap<>();
    Map<String, Call> withoutKey = new HashMap<>();
    for (Call call : calls) {
      call.event().ifPresent(event -> events.put(event, call));
      if (!call.keyed() && call.wasUnknown()) {
        withoutKey.put(call.mark(), call);
      }
    }
    unanswered.forEach(
        (event, mark) -> {
          Call call = withoutKey.get(mark);
          if (call != null) {
            events.putIfAbsent(event, call);
          }
        });
    return events;
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

  /** Accepted, and never delivered. */
  int lost() {
    Set<Pair> delivered = firstDeliveries().keySet();
    return (int)
        events().keySet().stream()
            .flatMap(this::pairs)
            .filter(pair -> !delivered.contains(pair))
            .count();
  }

  /** Receipts of what was never accepted, or that differ from what was published. */
  int unexpected() {
    Map<String, Call> published = events();
    return (int)
        answered.stream()
            .filter(
                each -> {
                  Call call = published.get(each.visit().event());
                  return call == null || !Arrays.equals(call.body(), each.visit().request().body());
                })
            .count();
  }

  /** All receipts of healthy sinks, repeats included. */
  private Stream<Pair> taken() {
    return answered.stream()
        .filter(each -> each.reply().takes() && each.visit().sink() < sinks)
        .map(Pair::of);
  }

  /** The receipts of healthy sinks, without repeats. */
  int takenOnce() {
    return (int) taken().distinct().count();
  }

  /** The number of repeated receipts at healthy sinks. */
  int duplicated() {
    return (int) taken().count() - takenOnce();
  }

  /** Deliveries of calls whose outcome the client did not know for a while. */
  int recovered() {
    Set<Pair> delivered = firstDeliveries().keySet();
    return (int)
        events().entrySet().stream()
            .filter(each -> each.getValue().wasUnknown())
            .filter(each -> each.getValue().keyed() || unanswered.containsKey(each.getKey()))
            .flatMap(each -> pairs(each.getKey()))
            .filter(delivered::contains)
            .count();
  }

  int badSignatures() {
    return (int) answered.stream().filter(each -> !each.visit().signed()).count();
  }

  /** A 202 for an event that does not exist or is another call's, or another for the same key. */
  int falseAcknowledgements() {
    long missing =
        calls.stream().flatMap(Call::accepted).filter(t -> !kept.contains(t.event())).count();
    long twice =
        calls.stream()
            .filter(call -> call.accepted().map(Call.Try::event).distinct().count() > 1)
            .count();
    List<String> named = calls.stream().flatMap(call -> call.event().stream()).toList();
    return (int) (missing + twice) + named.size() - new HashSet<>(named).size();
  }

  /** Events of no call, and those beyond one for each try without a key that no answer settled. */
  int keptForNobody() {
    Map<String, Call> events = events();
    long ofNoCall = kept.stream().filter(event -> !events.containsKey(event)).count();
    Map<String, Long> ofMark =
        unanswered.entrySet().stream()
            .filter(each -> events.containsKey(each.getKey()))
            .collect(groupingBy(Map.Entry::getValue, counting()));
    long tooMany =
        calls.stream()
            .mapToLong(call -> Math.max(0, ofMark.getOrDefault(call.mark(), 0L) - call.unknown()))
            .sum();
    return (int) (ofNoCall + tooMany);
  }

  /** The longest time from the 202 or the fault to the first delivery. */
  Duration longestDelay() {
    Map<Pair, Instant> delivered = firstDeliveries();
    return calls.stream()
        .flatMap(call -> call.accepting().stream().flatMap(first -> delays(call, first, delivered)))
        .max(Comparator.naturalOrder())
        .orElse(Duration.ZERO);
  }

  private Stream<Duration> delays(Call call, Call.Try first, Map<Pair, Instant> delivered) {
    Instant since = first.answeredAt().isAfter(fault) ? first.answeredAt() : fault;
    return call.event().stream()
        .flatMap(this::pairs)
        .filter(delivered::containsKey)
        .map(pair -> Duration.between(since, delivered.get(pair)));
  }
}
