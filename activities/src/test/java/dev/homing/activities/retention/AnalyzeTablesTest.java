package dev.homing.activities.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Plans that were made for an empty table are replaced once it fills. */
class AnalyzeTablesTest {
  @AutoClose private final FreshDatabase database = new FreshDatabase();
  private final Span today = Span.dayOf(database.partitions.now());
  private final AnalyzeTables tables = new AnalyzeTables(database.jdbc, database.node.transaction);

  @BeforeEach
  void makePartitions() {
    database.makePartitions.make();
  }

  @Test
  void aKeptPlanFindsADeliveryByItsKey() throws SQLException {
    try (Connection connection = database.pool().getConnection();
        Statement statement = connection.createStatement()) {
      keepPlanOf(statement, "select state from deliveries where tenant = $1 and id = $2");
      assertThat(plan(statement)).noneMatch(line -> line.contains("_pkey")); // All seem equal.

      insert(2_000);
      await().until(() -> tables.analyzeGrown() > 0);

      assertThat(plan(statement)).anyMatch(line -> line.matches(".*Index Scan using .*_pkey .*"));
    }
  }

  @Test
  void aKeptPlanFindsAnOpenEventByItsKey() throws SQLException {
    database.jdbc.sql("vacuum analyze open_events").update();
    try (Connection connection = database.pool().getConnection();
        Statement statement = connection.createStatement()) {
      keepPlanOf(statement, "select missing from open_events where tenant = $1 and event_id = $2");
      assertThat(plan(statement)).noneMatch(line -> line.contains("_pkey"));

      database
          .jdbc
          .sql(
              """
              insert into open_events (tenant, event_id, missing, leased_until, leased_by)
              select 'default', gen_random_uuid(), 1, now(), 'x' from generate_series(1, 2_000)
              """)
          .update();
      await().until(() -> tables.analyzeGrown() > 0);

      assertThat(plan(statement)).anyMatch(line -> line.contains("Scan using open_events_pkey"));
    }
  }

  @Test
  void analyzesAgainOnlyOnceATableHasGrownALot() {
    insert(2_000);
    await().until(() -> tables.analyzeGrown() > 0);

    insert(2_000);
    awaitCounted(4_000);
    assertThat(tables.analyzeGrown()).isZero();

    insert(4_000);
    awaitCounted(8_000);
    assertThat(tables.analyzeGrown()).isEqualTo(1);
  }

  @Test
  void changesOfTheSameRowsAreNoGrowth() {
    insert(500);
    database.jdbc.sql("update deliveries set state = 'failed'").update();
    awaitCounted(500);

    assertThat(tables.analyzeGrown()).isZero();
  }

  private void awaitCounted(int rows) {
    await()
        .until(
            () ->
                database
                    .jdbc
                    .sql(
                        """
                        select sum(pg_stat_get_live_tuples(inhrelid)) from pg_inherits
                        where inhparent = cast('deliveries' as regclass)
                        """)
                    .query(Integer.class)
                    .single(),
            counted -> counted == rows);
  }

  private void insert(int rows) {
    database
        .jdbc
        .sql(
            """
            insert into deliveries (tenant, id, event_id, event_type, subscription_id, state)
            select 'default', cast(
                lpad(to_hex(:from), 12, '0') || '7000' || substr(md5(random()::text), 1, 16)
                  as uuid),
              gen_random_uuid(), 'order.created', gen_random_uuid(), 'delivered'
            from generate_series(1, :rows)
            """)
        .param("from", today.from().toEpochMilli())
        .param("rows", rows)
        .update();
  }

  private static void keepPlanOf(Statement statement, String query) throws SQLException {
    statement.execute("set plan_cache_mode = force_generic_plan");
    statement.execute("prepare look_up (text, uuid) as " + query);
  }

  private List<String> plan(Statement statement) throws SQLException {
    List<String> lines = new ArrayList<>();
    UUID id = new UUID(today.first().getMostSignificantBits() | 0x7abc, 17);
    try (ResultSet rows =
        statement.executeQuery(
            "explain (costs off) execute look_up ('default', '%s')".formatted(id))) {
      while (rows.next()) {
        lines.add(rows.getString(1));
      }
    }
    return lines;
  }
}
