package dev.homing.app.page;

import dev.homing.activities.backlog.BacklogCounts;
import dev.homing.activities.standing.Standing;
import dev.homing.activities.subscription.Subscription;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a subscription and its receiver do, in words.
 *
 * @param state one or two words
 * @param tone how urgent that is: {@code good}, {@code busy}, {@code bad} or {@code idle}
 * @param why a sentence; empty if the state says it all
 * @param since since when it is so; null: not known, or always
 * @param until until when it stays so by itself; null: no time is set
 * @param advice what to do; empty: nothing
 * @param outcome of the attempts that made it so; null: none did
 */
public record Health(
    String state,
    String tone,
    String why,
    @Nullable Instant since,
    @Nullable Instant until,
    String advice,
    @Nullable String outcome) {

  private Health(
      String state,
      String tone,
      String why,
      @Nullable Instant since,
      @Nullable Instant until,
      String advice) {
    this(state, tone, why, since, until, advice, null);
  }

  /**
   * Judges what is known now.
   *
   * @param failing since when all attempts have failed; null: they have not
   */
  public static Health of(
      Subscription subscription,
      Optional<Standing> standing,
      BacklogCounts.Size waiting,
      @Nullable Instant failing) {
    if (subscription.isDeleted()) {
      return new Health("deleted", "idle", "It gets no further events.", null, null, "");
    }
    if (subscription.disabledReason() != null) {
      return disabled(subscription.disabledReason(), subscription.updatedAt());
    }
    if (!subscription.terms().enabled()) {
      return new Health(
          "paused",
          "idle",
          "New events are held back until it is enabled.",
          null,
          null,
          waiting.waiting() == 0 ? "" : "Enable it to send what waits.");
    }
    return standing
        .filter(known -> known.state().isExclusive())
        .map(Health::leftToDrain)
        .orElseGet(() -> failing == null ? inGoodStanding(waiting) : failing(failing));
  }

  private static Health disabled(String reason, Instant since) {
    return switch (reason) {
      case "gone" ->
          new Health(
              "gone",
              "bad",
              "Its receiver answered 410, so Homing disabled it.",
              since,
              null,
              "Enable it if that was a mistake; otherwise delete it.",
              reason);
      case "opted_out" ->
          new Health(
              "opted out",
              "bad",
              "Its receiver asked for no more events, so Homing disabled it.",
              since,
              null,
              "Enable it once its owner wants events again.");
      default ->
          new Health(
              "disabled",
              "bad",
              "All recent attempts failed, so Homing disabled it.",
              since,
              null,
              "Enable it once the receiver works. Test it first.");
    };
  }

  private static Health leftToDrain(Standing standing) {
    String answer = standing.answer() == null ? "" : ": " + Outcomes.brief(standing.answer());
    return switch (standing.state()) {
      case HELD ->
          new Health(
              "asked to wait",
              "busy",
              "The receiver asked for a pause" + answer + ".",
              standing.since(),
              standing.heldUntil(),
              "Nothing to do: Homing continues by itself.");
      case HALF_OPEN ->
          new Health(
              "recovering",
              "busy",
              "The receiver answers again. Homing sends at a growing pace.",
              standing.since(),
              null,
              "Nothing to do.");
      case OVER_PACE ->
          new Health(
              "over pace",
              "busy",
              "More waits than its pace allows.",
              standing.since(),
              null,
              "Nothing to do: Homing sends at the pace.");
      case OPEN, CLOSED ->
          new Health(
              "failing",
              "bad",
              standing.reason() == Standing.Reason.HANGS
                  ? "The receiver leaves requests without an answer."
                  : "Several attempts in a row failed" + answer + ".",
              standing.since(),
              null,
              standing.answer() == null ? "" : advice(standing.answer()),
              standing.answer() == null ? null : outcome(standing.answer()));
    };
  }

  private static String advice(String answer) {
    return answer.matches("\\d{3}")
        ? Outcomes.advice("refused", Integer.valueOf(answer))
        : Outcomes.advice(answer, null);
  }

  /** The standing has the status instead, if there was one. */
  private static String outcome(String answer) {
    return answer.matches("\\d{3}") ? "refused" : answer;
  }

  private static Health failing(Instant since) {
    return new Health(
        "failing",
        "bad",
        "All attempts since then failed.",
        since,
        null,
        "Its last deliveries say why.");
  }

  private static Health inGoodStanding(BacklogCounts.Size waiting) {
    return waiting.waiting() == 0
        ? new Health("active", "good", "", null, null, "")
        : new Health(
            "retrying", "busy", "Some deliveries wait for another attempt.", null, null, "");
  }
}
