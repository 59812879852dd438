package dev.homing.activities.retention;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Queries by id read the partition of one day only, however many days there are. */
class PlansTest {
  private static final Pattern READ =
      Pattern.compile(" on ((?:payloads|events|deliveries|attempts)_\\w+)");

  @AutoClose private final FreshDatabase database = new FreshDatabase();
  private final Span today = Span.dayOf(database.partitions.now());

  @ParameterizedTest
  @ValueSource(
      strings = {
        "select * from events where tenant = 'default' and id = :id",
        "select * from payloads where tenant = 'default' and event_id = :id",
        "select * from attempts where tenant = 'default' and delivery_id = :id order by number",
        "select * from deliveries where tenant = 'default' and id = :id for update",
        "update deliveries set state = 'failed' where tenant = 'default' and id = :id",
        "select * from deliveries where tenant = 'default' and id between :id and :id",
      })
  void readOneDayForAnId(String query) {
    makeManyDays();

    assertThat(read(query)).hasSize(1).allMatch(name -> name.matches("[a-z]+_\\d{8}"));
  }

  /** Queries for waiting deliveries use a small index in every other partition. */
  @Test
  void findWaitingDeliveriesByIndexInDaysWithManyRows() {
    makeManyDays();
    database
        .jdbc
        .sql(
            """
            insert into deliveries (tenant, id, event_id, event_type, subscription_id, state)
            select 'default', cast(
                lpad(to_hex(:midnight + n), 12, '0') || '70008000' || lpad(to_hex(n), 12, '0')
                  as uuid),
              gen_random_uuid(), 'order.created', gen_random_uuid(), 'delivered'
            from generate_series(1, 20_000) n
            """)
        .param("midnight", today.from().toEpochMilli())
        .update();
    database.jdbc.sql("analyze").update();

    assertThat(
            plan(
                """
                select * from deliveries
                where state = 'retrying' and run_id is null and next_attempt_at < now()
                order by next_attempt_at limit 100
                """))
        .anyMatch(line -> line.contains("Index Scan") && line.contains(" on deliveries_2"));
  }

  private void makeManyDays() {
    for (int days = 1; days <= 32; days++) {
      database.delivered(today.from().minus(Duration.ofDays(days)));
    }
    database.makePartitions.make();
    assertThat(database.names(Table.EVENTS)).hasSize(40);
  }

  private List<String> read(String query) {
    return plan(query).stream()
        .flatMap(line -> READ.matcher(line).results())
        .map((MatchResult found) -> found.group(1))
        .distinct()
        .toList();
  }

  private List<String> plan(String query) {
    return database
        .jdbc
        .sql("explain (costs off) " + query)
        .param("id", new UUID(today.first().getMostSignificantBits() | 0x7abc, 17))
        .query((row, _) -> row.getString(1))
        .list();
  }
}
