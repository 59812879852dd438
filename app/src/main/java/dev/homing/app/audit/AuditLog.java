package dev.homing.app.audit;

import dev.homing.activities.Change;
import dev.homing.activities.list.BoundedList;
import dev.homing.activities.list.Changed;
import dev.homing.activities.list.Conditions;
import dev.homing.activities.list.Newest;
import dev.homing.workflows.PrefixedId;
import dev.homing.workflows.Tenant;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
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
  private final BoundedList<Entry> list;

  AuditLog(JdbcClient jdbc, Supplier<UUID> ids) {
    this.jdbc = jdbc;
    this.ids = ids;
    this.list = new BoundedList<>(jdbc, "audit_log", "*", "written_in", (row, _) -> read(row));
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

    /** Without a tenant, the condition that the indexes of all tenants have. */
    private Conditions ofTenant() {
      return tenant == null
          ? new Conditions().and("tenant <> ''")
          : new Conditions().and("tenant = :tenant", "tenant", tenant.name());
    }

    private Conditions others() {
      return new Conditions()
          .and("action = :action", "action", action == null ? null : action.word())
          .and("target = :target", "target", target)
          .and("actor = :actor", "actor", actor);
    }
  }

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
  Newest<Entry> newest(Filter filter, int limit) {
    return list.newest(
        filter.ofTenant(),
        filter.others(),
        filter.from(),
        filter.before(),
        limit,
        BoundedList.MOST);
  }

  /**
   * Lists entries in the order of appearance: none is ever inserted in front of one already read.
   */
  Changed<Entry> appeared(Filter filter, Change after, int limit) {
    return list.changed(
        filter.ofTenant(), filter.others().between(filter.from(), filter.before()), after, limit);
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
