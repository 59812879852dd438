package dev.homing.app.limit;

import io.github.bucket4j.Bandwidth;
import java.time.Duration;

/**
 * A number of requests or bytes per second; unused ones do not accumulate.
 *
 * @param name as callers see it
 * @param perSecond requests, or bytes
 * @param capacity the most at once, which may exceed {@code perSecond}
 */
record Quota(String name, long perSecond, long capacity, boolean inBytes) {
  static Quota ofRequests(String name, long perSecond) {
    return new Quota(name, perSecond, perSecond, false);
  }

  /**
   * A quota of bytes.
   *
   * @param largest the largest allowed body, which must fit however low the rate is
   */
  static Quota ofBytes(String name, long perSecond, long largest) {
    return new Quota(name, perSecond, Math.max(perSecond, largest), true);
  }

  /** The rule by which Redis or a node counts. */
  Bandwidth bandwidth() {
    return Bandwidth.builder()
        .capacity(capacity)
        .refillGreedy(perSecond, Duration.ofSeconds(1))
        .build();
  }

  /** An item of {@code RateLimit-Policy} (draft-ietf-httpapi-ratelimit-headers-10). */
  String policy() {
    return "\"%s\";q=%d;w=1%s".formatted(name, perSecond, inBytes ? ";qu=\"content-bytes\"" : "");
  }
}
