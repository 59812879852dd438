package dev.homing.activities.retention;

import java.util.List;
import java.util.stream.Stream;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Lets PostgreSQL plan for tables that were empty and fill quickly: the partitions of a new day,
 * and what holds rows only while something is under way.
 *
 * <p>Connections keep the plans of their statements. One that was made for an empty table reads
 * many rows of it to find one by its key, as all ways to do so seemed equal. PostgreSQL replaces
 * such plans when the table is analyzed; its autovacuum does that a minute later.
 */
public final class AnalyzeTables {
  /** So few rows are read quickly by any plan. */
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
   * Analyzes the tables that have more than three times as many rows as when they were analyzed
   * last, unless another node is changing tables.
   *
   * @return how many
   */
  public int analyzeGrown() {
    int analyzed = 0;
    for (String table : grown()) {
      analyzed += step.take(() -> analyze(table)) ? 1 : 0;
    }
    return analyzed;
  }

  /** PostgreSQL's own counts lag by a second. */
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
