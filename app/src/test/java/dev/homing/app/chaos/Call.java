package dev.homing.app.chaos;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened and that a business system tells: once, and again until it is accepted.
 *
 * @param mark in the body, of this call alone
 * @param keyed whether it has its mark as its {@code Idempotency-Key}: all its tries are one event.
 *     Otherwise each try that may have been accepted is perhaps one more
 */
@SuppressWarnings("ArrayRecordComponent")
record Call(String mark, boolean keyed, String type, byte[] body, List<Try> tries) {
  Call(String mark, boolean keyed, String type, byte[] body) {
    this(mark, keyed, type, body, new CopyOnWriteArrayList<>());
  }

  /** What a client knows after a request. */
  enum Outcome {
    OK,
    /** Nothing was changed. */
    FAIL,
    /** No answer came, or one that does not tell: it may have been accepted, or not. */
    UNKNOWN
  }

  /**
   * One request.
   *
   * @param status 0: no answer
   * @param event its id, if it was accepted
   */
  record Try(
      String node, Instant at, Duration took, int status, @Nullable String event, Outcome outcome) {
    Instant answeredAt() {
      return at.plus(took);
    }
  }

  boolean isAccepted() {
    return accepting().isPresent();
  }

  /** The first request that was answered 202. */
  Optional<Try> accepting() {
    return accepted().findFirst();
  }

  Optional<String> event() {
    return accepting().map(first -> requireNonNull(first.event()));
  }

  Stream<Try> accepted() {
    return tries.stream().filter(each -> each.outcome() == Outcome.OK);
  }

  boolean wasUnknown() {
    return unknown() > 0;
  }

  /** How many tries may have been accepted, or not. */
  int unknown() {
    return (int) tries.stream().filter(each -> each.outcome() == Outcome.UNKNOWN).count();
  }

  /** A percentile of the answer times; zero without answers. */
  static Duration percentile(int percent, Stream<Try> tries) {
    List<Duration> all = tries.map(Try::took).sorted().toList();
    return all.isEmpty() ? Duration.ZERO : all.get((all.size() - 1) * percent / 100);
  }
}
