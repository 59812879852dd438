package dev.homing.activities.statistics;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BucketsTest {
  @ParameterizedTest
  @CsvSource({"-5, 0", "0, 0", "1, 1", "2, 2", "3, 2", "4, 3", "1023, 10", "1024, 11"})
  void doubleWithEachBucket(long millis, int bucket) {
    assertThat(Buckets.of(Duration.ofMillis(millis))).isEqualTo(bucket);
  }

  @Test
  void takeTheLongestDurationsTogether() {
    assertThat(Buckets.of(Duration.ofDays(13))).isEqualTo(Buckets.SIZE - 1);
    assertThat(Buckets.of(Duration.ofDays(3650))).isEqualTo(Buckets.SIZE - 1);
  }

  @Test
  void tellPercentilesOfEvenlySpreadDurations() {
    Buckets buckets = of(LongStream.rangeClosed(1, 1023));

    assertThat(buckets.percentile(0.5)).isBetween(500L, 524L);
    assertThat(buckets.percentile(0.95)).isBetween(950L, 994L);
    assertThat(buckets.percentile(1)).isBetween(1000L, 1024L);
  }

  @Test
  void areOffByLessThanTheWidthOfABucket() {
    assertThat(of(LongStream.of(41)).percentile(0.95)).isBetween(32L, 63L);
    assertThat(of(LongStream.of(0)).percentile(0.5)).isBetween(0L, 1L);
  }

  @Test
  void haveNoPercentileWhenEmpty() {
    assertThat(new Buckets().percentile(0.5)).isNull();
  }

  @Test
  void readWhatTheyWrite() {
    assertThat(of(LongStream.of(0, 3, 3)).array()).isEqualTo("{1,0,2}");
    assertThat(new Buckets().array()).isEqualTo("{}");

    Buckets read = new Buckets();
    read.add(new Long[] {1L, 0L, 2L});

    assertThat(read.array()).isEqualTo("{1,0,2}");
  }

  private static Buckets of(LongStream millis) {
    Buckets buckets = new Buckets();
    millis.forEach(each -> buckets.add(Buckets.of(Duration.ofMillis(each)), 1));
    return buckets;
  }
}
