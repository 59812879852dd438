package dev.homing.app.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import org.springframework.stereotype.Component;

/**
 * Counts invalid keys by the caller's address on this node; IPv6 by its first 64 bits.
 *
 * <p>Valid keys are served all the same: a caller that shares its address with an attacker or an
 * old configuration must not be locked out.
 */
@Component
class WrongKeyLimit {
  private static final int MAX_PER_MINUTE = 60;
  private static final Bandwidth ALLOWED =
      Bandwidth.builder()
          .capacity(MAX_PER_MINUTE)
          .refillGreedy(MAX_PER_MINUTE, Duration.ofMinutes(1))
          .build();

  private static final Duration TTL = Duration.ofMinutes(2);
  private static final int MAX_ADDRESSES = 10_000;

  private final Cache<String, Bucket> byAddress =
      Caffeine.newBuilder().expireAfterAccess(TTL).maximumSize(MAX_ADDRESSES).build();
  private final Counter total;

  WrongKeyLimit(MeterRegistry metrics) {
    this.total =
        Counter.builder("homing.keys.wrong")
            .description("Requests with a key that is not valid")
            .register(metrics);
  }

  /** Counts an invalid key; returns how long to wait, zero while there are not too many. */
  Duration count(String address) {
    total.increment();
    ConsumptionProbe probe =
        byAddress
            .get(
                Address.read(address).map(Address::network).orElse(address),
                _ -> Bucket.builder().addLimit(ALLOWED).build())
            .tryConsumeAndReturnRemaining(1);
    return Duration.ofNanos(probe.isConsumed() ? 0 : probe.getNanosToWaitForRefill());
  }
}
