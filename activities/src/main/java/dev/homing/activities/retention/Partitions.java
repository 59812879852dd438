package dev.homing.activities.retention;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Reads the existing partitions from PostgreSQL's catalog. */
public final class Partitions {
  /** Rows are counted up to this number. */
  private static final int MAX_COUNTED = 1_000;

  private final JdbcClient jdbc;

  public Partitions(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /** A part of a table that can be dropped as a whole, with its range of time. */
  record Partition(Table table, String name, Span span) {}

  /** PostgreSQL's time, as the clock of a node may be wrong. */
  Instant now() {
    return jdbc.sql("select now()").query(OffsetDateTime.class).single().toInstant();
  }

  /**
   * All partitions of a table but the default one, oldest first. Their bounds are read once, as
   * another node may be dropping one.
   */
  List<Partition> of(Table table) {
    return jdbc.sql(
            """
            with partitions as materialized (
              select c.relname as name, regexp_match(
                pg_get_expr(c.relpartbound, c.oid),
                'FROM \\(''(.+)''\\) TO \\(''(.+)''\\)') as bounds
              from pg_inherits i join pg_class c on c.oid = i.inhrelid
              where i.inhparent = cast(:table as regclass))
            select name, cast(bounds[1] as uuid) as first, cast(bounds[2] as uuid) as beyond
            from partitions
            where bounds is not null
            order by first
            """)
        .param("table", table.word())
        .query(
            (row, _) ->
                new Partition(
                    table,
                    row.getString("name"),
                    Span.between(
                        row.getObject("first", UUID.class), row.getObject("beyond", UUID.class))))
        .list();
  }

  /** The ranges of time that have a partition. */
  List<Span> spans(Table table) {
    return of(table).stream().map(Partition::span).toList();
  }

  /** The number of whole days after today that have partitions in every table. */
  public int daysAhead() {
    Span today = Span.dayOf(now());
    int days = MakePartitions.DAYS_AHEAD;
    for (Table table : Table.values()) {
      List<Span> made = spans(table);
      int ahead = 0;
      while (ahead < days && today.plusDays(ahead + 1).without(made).isEmpty()) {
        ahead++;
      }
      days = ahead;
    }
    return days;
  }

  /** The number of rows in the default partition; 1,000 stands for 1,000 or more. */
  public int withoutPartition(Table table) {
    return jdbc.sql(
            "select count(*) from (select from %s limit %d)"
                .formatted(table.defaultPartition(), MAX_COUNTED))
        .query(Integer.class)
        .single();
  }

  /** Whether any delivery of events accepted in this range still waits. */
  boolean hasWaiting(Span span) {
    return jdbc.sql(
            """
            select exists (
                select from deliveries
                where id >= :first and id < :beyond and state in ('retrying', 'held'))
              or exists (
                select from open_events where event_id >= :first and event_id < :beyond)
            """)
        .param("first", span.first())
        .param("beyond", span.beyond())
        .query(Boolean.class)
        .single();
  }
}
