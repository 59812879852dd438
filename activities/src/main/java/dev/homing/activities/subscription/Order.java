package dev.homing.activities.subscription;

import dev.homing.workflows.delivery.RetrySchedule;
import java.time.Duration;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What an ordered subscription does with a delivery that keeps failing while others wait behind it.
 *
 * @param maxBlock how long it may keep its turn
 */
public record Order(OnFailure onFailure, Duration maxBlock) {
  /** The longest block that a subscription may ask for; less if payloads are kept for less. */
  public static final Duration MAX_BLOCK = Duration.ofDays(7);

  /** What happens when the retry schedule is over. */
  public enum OnFailure {
    /** The delivery is retried until it has kept its turn for {@link Order#maxBlock}. */
    BLOCK(MAX_BLOCK),
    /** The delivery fails, and the next one gets its turn. */
    SKIP(Duration.ofHours(1));

    private final Duration defaultMaxBlock;

    OnFailure(Duration defaultMaxBlock) {
      this.defaultMaxBlock = defaultMaxBlock;
    }

    /** How long a delivery may keep its turn unless the subscription says otherwise. */
    public Duration defaultMaxBlock() {
      return defaultMaxBlock;
    }

    /** The word that is stored and shown. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    public static OnFailure of(String word) {
      return Stream.of(values())
          .filter(each -> each.word().equals(word))
          .findFirst()
          .orElseThrow(() -> new IllegalArgumentException(word));
    }

    /** The word of a choice; null for none. */
    public static @Nullable String wordOf(@Nullable OnFailure chosen) {
      return chosen == null ? null : chosen.word();
    }
  }

  /**
   * The order of a subscription that may set parts of it: by default it blocks, for 7 days.
   *
   * @param longest no block is longer, whatever was set when it was
   */
  static Order of(@Nullable OnFailure onFailure, @Nullable Duration maxBlock, Duration longest) {
    OnFailure chosen = onFailure == null ? OnFailure.BLOCK : onFailure;
    Duration wanted = maxBlock == null ? chosen.defaultMaxBlock : maxBlock;
    return new Order(chosen, wanted.compareTo(longest) < 0 ? wanted : longest);
  }

  /** Whether a delivery ends after so many attempts, though it may keep its turn. */
  public boolean endsWith(RetrySchedule schedule, int attempts) {
    return onFailure == OnFailure.SKIP && attempts >= schedule.maxAttempts();
  }

  /** The longest time from now until the last attempt of a delivery that gets its turn now. */
  public Duration timeLeft(RetrySchedule schedule, int attempts) {
    Duration left = schedule.timeLeftAfter(attempts);
    return onFailure == OnFailure.BLOCK || left.compareTo(maxBlock) > 0 ? maxBlock : left;
  }
}
