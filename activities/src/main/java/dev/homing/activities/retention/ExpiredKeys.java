package dev.homing.activities.retention;

import java.time.Duration;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Forgets the names that clients gave to events, once nobody counts on them any more. */
public final class ExpiredKeys {
  private static final Duration IDEMPOTENCY_KEYS = Duration.ofDays(1);

  /** Few enough for one short statement. */
  private static final int AT_ONCE = 1_000;

  private final JdbcClient jdbc;
  private final RetentionSettings settings;

  public ExpiredKeys(JdbcClient jdbc, RetentionSettings settings) {
    this.jdbc = jdbc;
    this.settings = settings;
  }

  /** Each batch commits by itself. */
  public void forget() {
    forget("idempotency", IDEMPOTENCY_KEYS);
    forget("external_id", settings.events());
  }

  private void forget(String kind, Duration age) {
    int forgotten = AT_ONCE;
    while (forgotten == AT_ONCE) {
      forgotten = forgetSome(kind, age);
    }
  }

  private int forgetSome(String kind, Duration age) {
    return jdbc.sql(
            """
            delete from event_keys where (tenant, kind, key) in (
              select tenant, kind, key from event_keys
              where kind = :kind and created_at < now() - :age * interval '1 millisecond'
              order by created_at
              limit :most
              for update skip locked)
            """)
        .param("kind", kind)
        .param("age", age.toMillis())
        .param("most", AT_ONCE)
        .update();
  }
}
