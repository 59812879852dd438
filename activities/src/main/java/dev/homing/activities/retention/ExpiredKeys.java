package dev.homing.activities.retention;

import java.time.Duration;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Deletes expired idempotency keys and external ids of events. */
public final class ExpiredKeys {
  private static final Duration IDEMPOTENCY_KEY_TTL = Duration.ofDays(1);

  /** Rows per statement, so that each one is short. */
  private static final int BATCH_SIZE = 1_000;

  private final JdbcClient jdbc;
  private final RetentionSettings settings;

  public ExpiredKeys(JdbcClient jdbc, RetentionSettings settings) {
    this.jdbc = jdbc;
    this.settings = settings;
  }

  /** Deletes all expired keys, in batches that commit one by one. */
  public void evict() {
    evict("idempotency", IDEMPOTENCY_KEY_TTL);
    evict("external_id", settings.events());
  }

  private void evict(String kind, Duration age) {
    int deleted = BATCH_SIZE;
    while (deleted == BATCH_SIZE) {
      deleted = deleteBatch(kind, age);
    }
  }

  private int deleteBatch(String kind, Duration age) {
    return jdbc.sql(
            """
            with expired as (
              select tenant, kind, key from event_keys
              where kind = :kind and created_at < now() - :age * interval '1 millisecond'
              order by created_at
              limit :most
              for update skip locked)
            delete from event_keys where (tenant, kind, key) in (select * from expired)
            """)
        .param("kind", kind)
        .param("age", age.toMillis())
        .param("most", BATCH_SIZE)
        .update();
  }
}
