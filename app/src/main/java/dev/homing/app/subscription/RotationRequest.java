package dev.homing.app.subscription;

import dev.homing.app.http.Problem;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Another secret for a subscription.
 *
 * @param gracePeriod how long the one before signs as well; null: a day. Zero: neither it nor those
 *     before it
 * @param signatureScheme may be another one than before; null: as the secret says, else {@code v1}
 * @param secret null: one is made
 */
record RotationRequest(
    @Nullable Duration gracePeriod, @Nullable String signatureScheme, @Nullable String secret) {
  static final RotationRequest USUAL = new RotationRequest(null, null, null);

  private static final Duration USUAL_GRACE = Duration.ofDays(1);
  private static final Duration LONGEST_GRACE = Duration.ofDays(7);

  Duration grace() {
    Duration grace = gracePeriod == null ? USUAL_GRACE : gracePeriod;
    if (grace.isNegative() || grace.compareTo(LONGEST_GRACE) > 0) {
      throw Problem.invalid(
          "grace_period", "must be from 0 to %d seconds".formatted(LONGEST_GRACE.toSeconds()));
    }
    return grace;
  }

  SignatureScheme scheme() {
    return new SignatureScheme(signatureScheme, secret);
  }

  /** Without the secret. */
  @Override
  public String toString() {
    return "RotationRequest[%s]".formatted(gracePeriod);
  }
}
