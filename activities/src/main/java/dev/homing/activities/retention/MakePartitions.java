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
 * Makes a partition for today, for each day of the week ahead, and for each day before of which
 * rows had to be put into the default one.
 *
 * <p>A partition takes its rows out of the default one in the transaction that makes it. If they
 * are many, the day gets several, each for so much of it as can be moved in a moment.
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

  /** False if something is left to do; what fails keeps nothing else from being made. */
  public boolean make() {
    boolean all = true;
    for (Table table : Table.values()) {
      List<Span> made = partitions.spans(table);
      for (Span day : days(table)) {
        all &= day.without(made).isEmpty() || make(table, day);
      }
    }
    return all;
  }

  /** What is coming first: it is empty, and made at once. */
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
                .formatted(table.key(), table.rest()))
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
    } catch (DataAccessException later) {
      log.warn(
          "no partition of {} can be made now for {}: {}",
          table.word(),
          DAY.format(utc(day.from())),
          later.getMostSpecificCause().getMessage());
      return false;
    }
  }

  /** False if nothing of the day is missing. */
  private boolean makeMissing(Table table, Span day) {
    Optional<Span> missing = day.without(partitions.spans(table));
    missing.map(span -> cut(table, span)).ifPresent(span -> make(table, span, name(table, span)));
    return missing.isPresent();
  }

  /** So much of a span as has not more rows to move than can be moved at once. */
  private Span cut(Table table, Span span) {
    return jdbc.sql(
            """
            select %1$s from %2$s where %1$s >= :first and %1$s < :beyond
            order by %1$s offset :most limit 1
            """
                .formatted(table.key(), table.rest()))
        .param("first", span.first())
        .param("beyond", span.beyond())
        .param("most", table.movedAtOnce())
        .query(UUID.class)
        .optional()
        .map(span::until)
        .orElse(span);
  }

  /**
   * Everybody waits at the table itself, for a moment. Who waited at the default partition would
   * afterwards look in vain there for what has moved, and not be allowed to add what belongs
   * elsewhere.
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
                    .formatted(table.rest(), table.key(), name))
            .param("first", span.first())
            .param("beyond", span.beyond())
            .update();
    jdbc.sql(
            "alter table %s attach partition %s for values from ('%s') to ('%s')"
                .formatted(table.word(), name, span.first(), span.beyond()))
        .update();
    if (moved > 0) {
      log.warn("{} rows of {} had no partition: moved into {}", moved, table.word(), name);
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
