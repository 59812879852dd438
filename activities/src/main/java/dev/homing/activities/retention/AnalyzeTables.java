package dev.homing.activities.retention;

import java.util.List;
import java.util.stream.Stream;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Analyzes tables that were empty and fill quickly: the partitions of a new day, and the tables
 * that have rows only while events or deliveries are under way.
 *
 * <p>Connections keep the plans of their statements. A plan for an empty table may scan all of it
 * to find a row by its key, because every plan costs the same there. PostgreSQL replaces the plan
 * once the table is analyzed, which its autovacuum does a minute later.
 */
public final class AnalyzeTables {
  /** Any plan is fast with so few rows. */
  private static final int FEW_ROWS = 500;

  private static final List<String> OFTEN_EMPTY =
      List.of("open_events", "sequences", "sequence_entries");

  private final JdbcClient jdbc;
  private final Step step;

  public AnalyzeTables(JdbcClient jdbc, TransactionTemplate transaction) {
    this.jdbc = jdbc;
    this.step = new Step(jdbc, transaction);
  }

  /**
   * Analyzes each table whose rows have more than tripled since it was last analyzed. Skips it
   * while another node creates, drops or analyzes one.
   *
   * @return the number of tables analyzed
   */
  public int analyzeGrown() {
    int analyzed = 0;
    for (String table : grown()) {
      analyzed += step.take(() -> analyze(table)) ? 1 : 0;
    }
    return analyzed;
  }

  /** By PostgreSQL's own counts, which lag by a second. */
  private List<String> grown() {
    return jdbc.sql(
            """
            select relname
            from pg_class
            where (oid = any(cast(:oftenEmpty as regclass[]))
                or oid in (
                  select inhrelid from pg_inherits
                  where inhparent = any(cast(:partitioned as regclass[]))))
              and pg_stat_get_live_tuples(oid) > :few + 3 * greatest(reltuples, 0)
            """)
        .param("oftenEmpty", OFTEN_EMPTY.toArray(String[]::new))
        .param("partitioned", Stream.of(Table.values()).map(Table::word).toArray(String[]::new))
        .param("few", FEW_ROWS)
        .query((row, _) -> row.getString(1))
        .list();
  }

  private boolean analyze(String table) {
    jdbc.sql("analyze " + table).update();
    return true;
  }
}
