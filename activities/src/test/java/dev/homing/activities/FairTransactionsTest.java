package dev.homing.activities;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;

/** On a pool of three connections that times out after a quarter of a second. */
@OneAtATime
class FairTransactionsTest {
  @AutoClose private final HikariDataSource pool = pool();
  private final JdbcClient jdbc = JdbcClient.create(pool);
  private final FairTransactions two = new FairTransactions(new JdbcTransactionManager(pool), 2);

  @Test
  void waitsLongerThanThePoolWould() throws Exception {
    AtomicInteger busy = new AtomicInteger();

    List<Integer> seen = AtOnce.times(20, _ -> () -> two.get(() -> transaction(busy)));

    assertThat(seen).hasSize(20).allMatch(atOnce -> atOnce <= 2);
  }

  /** Twenty of these, two at a time, take longer than the pool's timeout. */
  private int transaction(AtomicInteger busy) {
    int atOnce = busy.incrementAndGet();
    jdbc.sql("select pg_sleep(0.05)").query().listOfRows();
    busy.decrementAndGet();
    return atOnce;
  }

  @Test
  void failedTransactionReleasesItsPermit() {
    for (int i = 0; i < 5; i++) {
      assertThatThrownBy(
              () ->
                  two.run(
                      () -> {
                        throw new IllegalArgumentException("wrong");
                      }))
          .hasMessage("wrong");
    }

    Integer atOnce = two.get(() -> transaction(new AtomicInteger()));
    assertThat(atOnce).isEqualTo(1);
  }

  @Test
  void interruptEndsTheWait() {
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> two.get(() -> 1)).isInstanceOf(IllegalStateException.class);

    assertThat(Thread.interrupted()).isTrue();
  }

  private static HikariDataSource pool() {
    HikariConfig config = new HikariConfig();
    config.setDataSource(Postgres.pool());
    config.setMaximumPoolSize(3);
    config.setConnectionTimeout(250);
    return new HikariDataSource(config);
  }
}
