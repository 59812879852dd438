package dev.homing.app.limit;

import io.github.bucket4j.Bandwidth;
import java.time.Duration;

/**
 * So much may be had in a second: what is not used within one is gone.
 *
 * @param name as callers see it
 * @param perSecond requests, or bytes
 * @param most at once, which may be more than comes in a second
 */
record Quota(String name, long perSecond, long most, boolean inBytes) {
  static Quota ofRequests(String name, long perSecond) {
    return new Quota(name, perSecond, perSecond, false);
  }

  /**
   * A quota of bytes.
   *
   * @param largest body that may come: it must fit in, however few bytes come in a second
   */
  static Quota ofBytes(String name, long perSecond, long largest) {
    return new Quota(name, perSecond, Math.max(perSecond, largest), true);
  }

  /** As it is counted, wherever that is. */
  Bandwidth limit() {
    return Bandwidth.builder()
        .capacity(most)
        .refillGreedy(perSecond, Duration.ofSeconds(1))
        .build();
  }

  /** An item of {@code RateLimit-Policy} (draft-ietf-httpapi-ratelimit-headers-10). */
  String policy() {
    return "\"%s\";q=%d;w=1%s".formatted(name, perSecond, inBytes ? ";qu=\"content-bytes\"" : "");
  }
}
