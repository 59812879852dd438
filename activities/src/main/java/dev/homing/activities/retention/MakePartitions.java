package dev.homing.activities.retention;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Makes partitions for today, for the next seven days, and for each earlier day with rows in the
 * default partition.
 *
 * <p>The transaction that makes a partition moves its rows out of the default one. A day with many
 * rows gets several partitions, each small enough to be moved quickly.
 */
public final class MakePartitions {
  static final int DAYS_AHEAD = 7;

  private static final Logger log = LoggerFactory.getLogger(MakePartitions.class);
  private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("uuuuMMdd");
  private static final DateTimeFormatter MOMENT = DateTimeFormatter.ofPattern("uuuuMMdd_HHmmssSSS");

  private final Partitions partitions;
  private final JdbcClient jdbc;
  private final Step step;

  public MakePartitions(Partitions partitions, JdbcClient jdbc, TransactionTemplate transaction) {
    this.partitions = partitions;
    this.jdbc = jdbc;
    this.step = new Step(jdbc, transaction);
  }

  /** False if a partition could not be made; the others are made all the same. */
  public boolean make() {
    boolean done = true;
    for (Table table : Table.values()) {
      List<Span> made = partitions.spans(table);
      for (Span day : days(table)) {
        done &= day.without(made).isEmpty() || make(table, day);
      }
    }
    return done;
  }

  /** Future days first: their partitions are empty, and quickly made. */
  private SequencedSet<Span> days(Table table) {
    Span today = Span.dayOf(partitions.now());
    SequencedSet<Span> days = new LinkedHashSet<>();
    for (int ahead = 1; ahead <= DAYS_AHEAD; ahead++) {
      days.add(today.plusDays(ahead));
    }
    days.add(today);
    jdbc.sql(
            """
            select distinct date_trunc('day', uuid_extract_timestamp(%1$s), 'UTC') from %2$s
            where %1$s < :beyond and uuid_extract_timestamp(%1$s) is not null
            """
                .formatted(table.key(), table.defaultPartition()))
        .param("beyond", today.beyond())
        .query(OffsetDateTime.class)
        .list()
        .forEach(day -> days.add(Span.dayOf(day.toInstant())));
    return days;
  }

  private boolean make(Table table, Span day) {
    try {
      boolean more = true;
      while (more) {
        more = step.take(() -> makeMissing(table, day));
      }
      return true;
    } catch (DataAccessException e) {
      log.warn(
          "partition of {} for {} not made, will retry: {}",
          table.word(),
          DAY.format(utc(day.from())),
          e.getMostSpecificCause().getMessage());
      return false;
    }
  }

  /** False if partitions already cover the whole day. */
  private boolean makeMissing(Table table, Span day) {
    Optional<Span> missing = day.without(partitions.spans(table));
    missing.map(span -> cut(table, span)).ifPresent(span -> make(table, span, name(table, span)));
    return missing.isPresent();
  }

  /** The first part of a span with no more rows than can be moved at once. */
  private Span cut(Table table, Span span) {
    return jdbc.sql(
            """
            select %1$s from %2$s where %1$s >= :first and %1$s < :beyond
            order by %1$s offset :most limit 1
            """
                .formatted(table.key(), table.defaultPartition()))
        .param("first", span.first())
        .param("beyond", span.beyond())
        .param("most", table.maxRowsMoved())
        .query(UUID.class)
        .optional()
        .map(span::until)
        .orElse(span);
  }

  /**
   * Other transactions wait for the table itself, for a moment. If they waited for the default
   * partition, they would then not find the moved rows, and fail to insert rows of the new
   * partition.
   */
  private void make(Table table, Span span, String name) {
    jdbc.sql("create table %s (like %s including all)".formatted(name, table.word())).update();
    jdbc.sql("lock table only %s in access exclusive mode".formatted(table.word())).update();
    int moved =
        jdbc.sql(
                """
                with moved as (
                  delete from %1$s where %2$s >= :first and %2$s < :beyond returning *)
                insert into %3$s select * from moved
                """
                    .formatted(table.defaultPartition(), table.key(), name))
            .param("first", span.first())
            .param("beyond", span.beyond())
            .update();
    jdbc.sql(
            "alter table %s attach partition %s for values from ('%s') to ('%s')"
                .formatted(table.word(), name, span.first(), span.beyond()))
        .update();
    if (moved > 0) {
      log.warn("moved {} rows of {} from the default partition to {}", moved, table.word(), name);
    }
  }

  private static String name(Table table, Span span) {
    boolean wholeDay = span.equals(Span.dayOf(span.from()));
    return table.word() + "_" + (wholeDay ? DAY : MOMENT).format(utc(span.from()));
  }

  private static OffsetDateTime utc(Instant moment) {
    return moment.atOffset(ZoneOffset.UTC);
  }
}
