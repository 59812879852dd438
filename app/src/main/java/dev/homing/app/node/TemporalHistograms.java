package dev.homing.app.node;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import java.time.Duration;
import java.util.stream.LongStream;

/**
 * Limits the histograms of Temporal's client to seven buckets instead of 69.
 *
 * <p>There is a histogram for each kind of request, queue, workflow and activity.
 */
public final class TemporalHistograms implements MeterFilter {
  private static final double[] BUCKETS =
      LongStream.of(5, 20, 100, 500, 2_000, 10_000)
          .mapToDouble(millis -> Duration.ofMillis(millis).toNanos())
          .toArray();

  @Override
  public DistributionStatisticConfig configure(Meter.Id id, DistributionStatisticConfig config) {
    return id.getName().startsWith("temporal_")
        ? DistributionStatisticConfig.builder()
            .percentilesHistogram(false)
            .serviceLevelObjectives(BUCKETS)
            .build()
            .merge(config)
        : config;
  }
}
