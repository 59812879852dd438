package dev.homing.activities.retention;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class ExpiredKeysTest {
  @AutoClose private final FreshDatabase database = new FreshDatabase();
  private final ExpiredKeys keys =
      new ExpiredKeys(database.jdbc, new RetentionSettings(Duration.ofDays(10), null));

  @Test
  void deletesIdempotencyKeysAfterADay() {
    add("idempotency", "23 hours", 1);
    add("idempotency", "25 hours", 2);

    keys.evict();

    assertThat(left("idempotency")).isEqualTo(1);
  }

  @Test
  void deletesExternalIdsWithTheirEvents() {
    add("external_id", "239 hours", 1);
    add("external_id", "241 hours", 2);

    keys.evict();

    assertThat(left("external_id")).isEqualTo(1);
  }

  @Test
  void deletesMoreThanOneBatch() {
    add("idempotency", "2 days", 2_500);

    keys.evict();

    assertThat(left("idempotency")).isZero();
  }

  private void add(String kind, String age, int count) {
    database
        .jdbc
        .sql(
            """
            insert into event_keys (tenant, kind, key, fingerprint, event_id, event_type, recipients,
              created_at)
            select 'default', :kind, :age || n, '', gen_random_uuid(), 'order.created', 1,
              now() - cast(:age as interval)
            from generate_series(1, :count) n
            """)
        .param("kind", kind)
        .param("age", age)
        .param("count", count)
        .update();
  }

  private int left(String kind) {
    return database
        .jdbc
        .sql("select count(*) from event_keys where kind = :kind")
        .param("kind", kind)
        .query(Integer.class)
        .single();
  }
}
