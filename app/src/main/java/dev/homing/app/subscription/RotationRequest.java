package dev.homing.app.subscription;

import dev.homing.app.problem.Problem;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A request for a new signing secret.
 *
 * @param gracePeriod how long the previous secret also signs; null: a day. Zero ends it and all
 *     earlier ones
 * @param signatureScheme may differ from the current one; null: that of {@code secret}, else {@code
 *     v1}
 * @param secret null: Homing generates one
 */
record RotationRequest(
    @Nullable Duration gracePeriod, @Nullable String signatureScheme, @Nullable String secret) {
  static final RotationRequest DEFAULTS = new RotationRequest(null, null, null);

  private static final Duration DEFAULT_GRACE = Duration.ofDays(1);
  private static final Duration MAX_GRACE = Duration.ofDays(7);

  Duration grace() {
    Duration grace = gracePeriod == null ? DEFAULT_GRACE : gracePeriod;
    if (grace.isNegative() || grace.compareTo(MAX_GRACE) > 0) {
      throw Problem.invalid(
          "grace_period", "must be from 0 to %d seconds".formatted(MAX_GRACE.toSeconds()));
    }
    return grace;
  }

  SignatureScheme scheme() {
    return new SignatureScheme(signatureScheme, secret);
  }

  /** Omits the secret. */
  @Override
  public String toString() {
    return "RotationRequest[%s]".formatted(gracePeriod);
  }
}
