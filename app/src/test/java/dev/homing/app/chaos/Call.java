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
 * Something that happened and that a business system tells: once, and again with the same key until
 * it is accepted.
 */
@SuppressWarnings("ArrayRecordComponent")
record Call(String key, String type, byte[] body, List<Try> tries) {
  Call(String key, String type, byte[] body) {
    this(key, type, body, new CopyOnWriteArrayList<>());
  }

  /** What a client knows after a request. */
  enum Outcome {
    OK,
    FAIL,
    /** No answer came: it may have been accepted, or not. */
    UNKNOWN
  }

  /**
   * One request.
   *
   * @param status 0: no answer
   * @param event its id, if it was accepted
   */
  record Try(String node, Instant at, Duration took, int status, @Nullable String event) {
    Outcome outcome() {
      return status == 202 ? Outcome.OK : status == 0 ? Outcome.UNKNOWN : Outcome.FAIL;
    }

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
    return tries.stream().anyMatch(each -> each.outcome() == Outcome.UNKNOWN);
  }

  /** A percentile of the answer times; zero without answers. */
  static Duration percentile(int percent, Stream<Try> tries) {
    List<Duration> all = tries.map(Try::took).sorted().toList();
    return all.isEmpty() ? Duration.ZERO : all.get((all.size() - 1) * percent / 100);
  }
}
