package dev.homing.app.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.app.development.Port;
import dev.homing.app.development.RealParts;
import dev.homing.app.development.RedisPart;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

class BucketsTest {
  private static final long CAPACITY = 1_000_000_000;
  private static final long MORE_THAN_HALF = 600_000_000;

  /** Refills next to nothing while a test runs. */
  private static final Quota QUOTA = new Quota("test", 1, CAPACITY, false);

  private final List<LettuceConnectionFactory> connections = new ArrayList<>();
  private final String owner = "t-" + UUID.randomUUID();

  private Buckets at(String redis) {
    URI address = URI.create(redis);
    LettuceConnectionFactory connection =
        new LettuceConnectionFactory(address.getHost(), address.getPort());
    connection.afterPropertiesSet();
    connection.start();
    connections.add(connection);
    return new Buckets(connection);
  }

  @AfterEach
  void disconnect() {
    connections.forEach(LettuceConnectionFactory::destroy);
  }

  private boolean takesMoreThanHalf(Buckets buckets, String owner) {
    return buckets.take(QUOTA, owner, MORE_THAN_HALF).isConsumed();
  }

  @Test
  void nodesShareAQuota() {
    String redis = RealParts.shared().redis().url();
    Buckets here = at(redis);
    Buckets there = at(redis);

    awaitShared(here, there);
    assertThat(takesMoreThanHalf(here, owner)).isTrue();
    assertThat(takesMoreThanHalf(there, owner + "-other")).isTrue();
  }

  /** A node that does not hear from Redis within 100 ms counts that request on its own. */
  private void awaitShared(Buckets here, Buckets there) {
    await()
        .untilAsserted(
            () -> {
              String another = "t-" + UUID.randomUUID();
              assertThat(takesMoreThanHalf(here, another)).isTrue();
              assertThat(takesMoreThanHalf(there, another)).isFalse();
            });
  }

  @Test
  void withoutRedisEachNodeCountsOnItsOwn() {
    String nowhere = "redis://127.0.0.1:" + Port.free();
    Buckets here = at(nowhere);

    assertThat(takesMoreThanHalf(here, owner)).isTrue();
    assertThat(takesMoreThanHalf(here, owner)).isFalse();
    assertThat(takesMoreThanHalf(at(nowhere), owner)).isTrue();
  }

  @Test
  void nodesShareAgainOnceRedisIsBack(@TempDir Path dir) {
    int port = Port.free();
    Buckets here = at("redis://127.0.0.1:" + port);
    Buckets there = at("redis://127.0.0.1:" + port);
    assertThat(takesMoreThanHalf(here, owner)).isTrue();

    RedisPart redis = RedisPart.start(dir, port);
    try {
      awaitShared(here, there);
    } finally {
      redis.stop();
    }
  }

  @Test
  void aRaisedQuotaAppliesAtOnce() {
    Buckets buckets = at(RealParts.shared().redis().url());
    Quota raised = new Quota(QUOTA.name(), 1, 2 * CAPACITY, false);
    assertThat(buckets.take(QUOTA, owner, CAPACITY).isConsumed()).isTrue();

    assertThat(buckets.take(raised, owner, 2 * CAPACITY).isConsumed()).isTrue();
  }

  @Test
  void aRefusedRequestTakesNothing() {
    Buckets buckets = at(RealParts.shared().redis().url());

    assertThat(buckets.take(QUOTA, owner, CAPACITY + 1).isConsumed()).isFalse();
    assertThat(buckets.take(QUOTA, owner, CAPACITY).isConsumed()).isTrue();
  }
}
