package dev.homing.app.audit;

import dev.homing.activities.Change;
import dev.homing.workflows.PrefixedId;
import dev.homing.workflows.Tenant;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Records changes by callers: entries are added, never changed or removed. */
@Component
public class AuditLog {
  private final JdbcClient jdbc;
  private final Supplier<UUID> ids;

  AuditLog(JdbcClient jdbc, Supplier<UUID> ids) {
    this.jdbc = jdbc;
    this.ids = ids;
  }

  /**
   * A change by a caller.
   *
   * @param target the id of what was changed, or the name of a tenant
   * @param fields the names of the changed fields, sorted; never the values
   */
  public record Entry(
      UUID id,
      Instant at,
      Tenant tenant,
      String actor,
      Action action,
      String target,
      List<String> fields,
      String address,
      String requestId) {}

  /** Which entries to read; null matches all. */
  record Filter(
      @Nullable Tenant tenant,
      @Nullable Action action,
      @Nullable String target,
      @Nullable String actor,
      UUID from,
      UUID before) {
    Filter before(UUID id) {
      return new Filter(tenant, action, target, actor, from, id);
    }
  }

  /** An entry and its position in the order of appearance. */
  record Appeared(Entry entry, Change change) {}

  /**
   * Records a change; call it in the transaction of the change, so that neither lacks the other.
   */
  public void add(Tenant tenant, Action action, String target) {
    add(tenant, action, target, List.of());
  }

  /**
   * Records a change; call it in the transaction of the change, so that neither lacks the other.
   *
   * @param fields the names of the changed fields
   */
  public void add(Tenant tenant, Action action, String target, Collection<String> fields) {
    Actor actor = Actor.current();
    jdbc.sql(
            """
            insert into audit_log (tenant, id, actor, action, target, fields, address, request_id)
            values (:tenant, :id, :actor, :action, :target, :fields, :address, :requestId)
            """)
        .param("tenant", tenant.name())
        .param("id", ids.get())
        .param("actor", actor.name())
        .param("action", action.word())
        .param("target", target)
        .param("fields", fields.stream().sorted().toArray(String[]::new))
        .param("address", actor.address())
        .param("requestId", actor.requestId())
        .update();
  }

  /** Lists entries, newest first. */
  List<Entry> list(Filter filter, int most) {
    return select(filter, most, "order by id desc limit :most").query((row, _) -> read(row)).list();
  }

  /**
   * Lists entries in the order of appearance: none is ever inserted in front of one already read.
   */
  List<Appeared> appeared(Filter filter, Change after, int most) {
    return select(
            filter,
            most,
            """
              and (written_in, id) > (cast(cast(:transaction as text) as xid8), :after)
              and written_in < pg_snapshot_xmin(pg_current_snapshot())
            order by written_in, id limit :most
            """)
        .param("transaction", after.transaction())
        .param("after", after.id())
        .query(
            (row, _) ->
                new Appeared(
                    read(row),
                    new Change(row.getLong("transaction"), row.getObject("id", UUID.class))))
        .list();
  }

  private JdbcClient.StatementSpec select(Filter filter, int most, String conditionAndOrder) {
    return jdbc.sql(
            """
            select *, cast(cast(written_in as text) as bigint) as transaction
            from audit_log
            where id >= :from and id < :before
              and (cast(:tenant as text) is null or tenant = :tenant)
              and (cast(:action as text) is null or action = :action)
              and (cast(:target as text) is null or target = :target)
              and (cast(:actor as text) is null or actor = :actor)
            """
                + conditionAndOrder)
        .param("from", filter.from())
        .param("before", filter.before())
        .param("tenant", Optional.ofNullable(filter.tenant()).map(Tenant::name).orElse(null))
        .param("action", Optional.ofNullable(filter.action()).map(Action::word).orElse(null))
        .param("target", filter.target())
        .param("actor", filter.actor())
        .param("most", most);
  }

  private static Entry read(ResultSet row) throws SQLException {
    return new Entry(
        row.getObject("id", UUID.class),
        PrefixedId.time(row.getObject("id", UUID.class)),
        new Tenant(row.getString("tenant")),
        row.getString("actor"),
        Action.of(row.getString("action")).orElseThrow(),
        row.getString("target"),
        Arrays.asList((String[]) row.getArray("fields").getArray()),
        row.getString("address"),
        row.getString("request_id"));
  }
}
