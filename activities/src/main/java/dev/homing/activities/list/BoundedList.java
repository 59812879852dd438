package dev.homing.activities.list;

import dev.homing.activities.Change;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;

/**
 * Lists the rows of a table in slices, so that a filter that matches little does not read them all.
 *
 * <p>Conditions are of two kinds: those with an index that also has the order, and others. Rows
 * that fulfil the first are looked at, up to a limit; {@link Newest} and {@link Changed} say how
 * far.
 *
 * @param table with a column {@code id}
 * @param columns to read
 * @param changedIn the column with the transaction of a row's last change ({@code xid8})
 */
public record BoundedList<T>(
    JdbcClient jdbc, String table, String columns, String changedIn, RowMapper<T> rows) {
  /** Before every id. */
  public static final UUID FIRST = new UUID(0, 0);

  /** After every id that is used. */
  public static final UUID LAST = new UUID(-1, -1);

  /** How many rows are looked at, at most. */
  public static final int MOST = 50_000;

  /** Rows in the first slice: usually a page is found in it. */
  private static final int FIRST_SLICE = 1_000;

  private static final String AFTER =
      """
      (%s, id) > (cast(cast(:afterTransaction as text) as xid8), :after)
        and %s < pg_snapshot_xmin(pg_current_snapshot())
      """;

  /**
   * The newest rows that fulfil all conditions.
   *
   * @param indexed conditions with an index that ends with {@code id}
   * @param from the first id to list; {@code before} is the first id not to
   * @param most how many rows that fulfil {@code indexed} are looked at
   */
  public Newest<T> newest(
      Conditions indexed, Conditions others, UUID from, UUID before, int limit, int most) {
    if (others.isEmpty()) {
      return new Newest<>(first(indexed, from, before, limit), null);
    }
    List<T> found = new ArrayList<>();
    UUID until = before;
    for (int size : new int[] {FIRST_SLICE, most - FIRST_SLICE}) {
      UUID start = start(indexed, from, until, size);
      found.addAll(
          slice(
              indexed,
              others,
              start == null ? from : start,
              until,
              2 * size, // Rows may have appeared meanwhile.
              limit - found.size()));
      if (start == null || found.size() == limit) {
        return new Newest<>(found, null);
      }
      until = start;
    }
    return new Newest<>(found, until);
  }

  /**
   * The first rows of those from an id on. The inner condition leaves that id out: PostgreSQL
   * expects few rows between two values that it does not know yet, and would read and sort them
   * all.
   */
  private List<T> first(Conditions indexed, UUID from, UUID before, int limit) {
    return slice(
            indexed, "id < :before", "id desc", new Conditions().and("id >= :from", "from", from))
        .param("before", before)
        .param("size", limit)
        .param("limit", limit)
        .query(rows)
        .list();
  }

  /** Where a slice of so many rows starts, found as the first rows are; null: there are fewer. */
  private @Nullable UUID start(Conditions indexed, UUID from, UUID before, int size) {
    return jdbc.sql(
            """
            select id from (
              select id from %s
              where %s and id < :before
              order by id desc offset :skipped limit 1) start
            where id >= :from
            """
                .formatted(table, indexed.sql()))
        .params(indexed.params())
        .param("from", from)
        .param("before", before)
        .param("skipped", size - 1)
        .query(UUID.class)
        .optional()
        .orElse(null);
  }

  private List<T> slice(
      Conditions indexed, Conditions others, UUID from, UUID before, int size, int limit) {
    return slice(indexed, "id >= :from and id < :before", "id desc", others)
        .param("from", from)
        .param("before", before)
        .param("size", size)
        .param("limit", limit)
        .query(rows)
        .list();
  }

  /** The inner limit keeps PostgreSQL from looking for the other conditions first. */
  private StatementSpec slice(Conditions indexed, String bounds, String order, Conditions others) {
    return jdbc.sql(
            """
            select %s, cast(cast(%s as text) as bigint) as change_transaction
            from (select * from %s where %s and %s order by %s limit :size) slice
            where %s
            order by %s
            limit :limit
            """
                .formatted(
                    columns, changedIn, table, indexed.sql(), bounds, order, others.sql(), order))
        .params(indexed.params())
        .params(others.params());
  }

  /**
   * The rows that fulfil all conditions in the order of their last change, after this one.
   *
   * <p>Only changes by transactions before the oldest one still running are listed, so none appears
   * before one already read.
   *
   * @param indexed conditions with an index that ends with the transaction and {@code id}
   */
  public Changed<T> changed(Conditions indexed, Conditions others, Change after, int limit) {
    Change end = others.isEmpty() ? null : end(indexed, after);
    List<Changed.Item<T>> found =
        slice(
                indexed,
                AFTER.formatted(changedIn, changedIn)
                    + "and (%s, id) <= (cast(cast(:endTransaction as text) as xid8), :end)"
                        .formatted(changedIn),
                changedIn + ", id",
                others)
            .param("after", after.id())
            .param("afterTransaction", after.transaction())
            .param("end", end == null ? LAST : end.id())
            .param("endTransaction", end == null ? Long.MAX_VALUE : end.transaction())
            .param("size", others.isEmpty() ? limit : MOST)
            .param("limit", limit)
            .query(
                (row, number) ->
                    new Changed.Item<>(
                        rows.mapRow(row, number),
                        new Change(
                            row.getLong("change_transaction"), row.getObject("id", UUID.class))))
            .list();
    return new Changed<>(found, found.size() == limit ? null : end);
  }

  /** The last change of a slice with as many rows as are looked at; null: there are fewer. */
  private @Nullable Change end(Conditions indexed, Change after) {
    return jdbc.sql(
            """
            select cast(cast(%s as text) as bigint) as change_transaction, id from %s
            where %s and %s
            order by %s, id offset :skipped limit 1
            """
                .formatted(
                    changedIn,
                    table,
                    indexed.sql(),
                    AFTER.formatted(changedIn, changedIn),
                    changedIn))
        .params(indexed.params())
        .param("after", after.id())
        .param("afterTransaction", after.transaction())
        .param("skipped", MOST - 1)
        .query(
            (row, _) ->
                new Change(row.getLong("change_transaction"), row.getObject("id", UUID.class)))
        .optional()
        .orElse(null);
  }
}
