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
 * Counts keys that are not valid by the address that shows them, IPv6 by its first 64 bits, on this
 * node.
 *
 * <p>Whoever has a right one is served all the same: those who share an address with somebody who
 * guesses, or with an old configuration, must not be shut out.
 */
@Component
class WrongKeyLimit {
  private static final int IN_A_MINUTE = 60;
  private static final Bandwidth ALLOWED =
      Bandwidth.builder()
          .capacity(IN_A_MINUTE)
          .refillGreedy(IN_A_MINUTE, Duration.ofMinutes(1))
          .build();

  private static final Duration KEPT = Duration.ofMinutes(2);
  private static final int MOST = 10_000;

  private final Cache<String, Bucket> byAddress =
      Caffeine.newBuilder().expireAfterAccess(KEPT).maximumSize(MOST).build();
  private final Counter all;

  WrongKeyLimit(MeterRegistry metrics) {
    this.all =
        Counter.builder("homing.keys.wrong")
            .description("Requests with a key that is not valid")
            .register(metrics);
  }

  /** Counts one; zero: there were not too many, else how long to wait. */
  Duration count(String address) {
    all.increment();
    ConsumptionProbe probe =
        byAddress
            .get(
                Address.read(address).map(Address::network).orElse(address),
                _ -> Bucket.builder().addLimit(ALLOWED).build())
            .tryConsumeAndReturnRemaining(1);
    return Duration.ofNanos(probe.isConsumed() ? 0 : probe.getNanosToWaitForRefill());
  }
}
