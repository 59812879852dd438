package dev.homing.app.subscription;

import dev.homing.activities.backlog.BacklogCounts;
import dev.homing.activities.standing.Standing;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a subscription's receiver does, as the API shows it.
 *
 * @param state {@code closed}: in good standing; {@code over_pace}: the same, and more waits than
 *     its pace allows; else {@code held}, {@code open} or {@code half_open}
 * @param reason why it is in trouble; null: it is not
 * @param answer what it answered when it was last found unavailable; null: not known
 * @param since since when it is in trouble, or deliveries wait for its pace; null: neither
 * @param heldUntil until when it asked to be sent nothing; null: it did not
 * @param waiting deliveries that wait for it, counted up to 10,000
 * @param oldest when the oldest event among those was accepted; null: none waits
 */
record StandingView(
    String state,
    @Nullable String reason,
    @Nullable String answer,
    @Nullable Instant since,
    @Nullable Instant heldUntil,
    int waiting,
    @Nullable Instant oldest) {

  static StandingView of(Optional<Standing> known, BacklogCounts.Size size) {
    return known
        .filter(standing -> standing.state().isExclusive())
        .map(standing -> exclusive(standing, size))
        .orElseGet(
            () ->
                new StandingView(
                    Standing.State.CLOSED.word(),
                    null,
                    null,
                    null,
                    null,
                    size.waiting(),
                    size.oldest()));
  }

  private static StandingView exclusive(Standing standing, BacklogCounts.Size size) {
    return new StandingView(
        standing.state().word(),
        standing.reason() == null ? null : standing.reason().word(),
        standing.answer(),
        standing.since(),
        standing.heldUntil(),
        size.waiting(),
        size.oldest());
  }
}
