package dev.homing.app.access;

import dev.homing.activities.subscription.Pace;
import dev.homing.app.http.PaceFields;
import dev.homing.workflows.Tenant;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The tenants in PostgreSQL. */
@Component
public class Tenants {
  private final JdbcClient jdbc;

  Tenants(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /**
   * A tenant as it is stored and shown.
   *
   * @param rate of requests to all its receivers together; null: as many as there are
   * @param maxInFlight the same; null: as many as there are
   */
  public record Registered(
      Tenant name,
      PaceFields.@Nullable Rate rate,
      @Nullable Integer maxInFlight,
      Instant createdAt) {}

  /** Adds a tenant; empty if the name is taken. */
  Optional<Registered> add(Tenant tenant, Pace pace) {
    return jdbc.sql(
            """
            insert into tenants (tenant, rate_limit, rate_seconds, max_in_flight)
            values (:tenant, :limit, :seconds, :inFlight)
            on conflict do nothing
            returning *
            """)
        .params(params(tenant, pace))
        .query((row, _) -> read(row))
        .optional();
  }

  /** Changes the pace of a tenant, whose receivers are read again; empty if there is none. */
  Optional<Registered> change(Tenant tenant, Pace pace) {
    return jdbc.sql(
            """
            update tenants
            set rate_limit = :limit, rate_seconds = :seconds, max_in_flight = :inFlight,
              routes_version = routes_version + 1
            where tenant = :tenant
            returning *
            """)
        .params(params(tenant, pace))
        .query((row, _) -> read(row))
        .optional();
  }

  private static Map<String, @Nullable Object> params(Tenant tenant, Pace pace) {
    Map<String, @Nullable Object> params = new HashMap<>();
    params.put("tenant", tenant.name());
    params.put("limit", pace.rate() == null ? null : pace.rate().limit());
    params.put("seconds", pace.rate() == null ? null : pace.rate().per().toSeconds());
    params.put("inFlight", pace.maxInFlight());
    return params;
  }

  public Optional<Registered> find(Tenant tenant) {
    return find(tenant, "");
  }

  /** Finds a tenant and locks it until the transaction ends. */
  Optional<Registered> findToChange(Tenant tenant) {
    return find(tenant, " for update");
  }

  private Optional<Registered> find(Tenant tenant, String lock) {
    return jdbc.sql("select * from tenants where tenant = :tenant" + lock)
        .param("tenant", tenant.name())
        .query((row, _) -> read(row))
        .optional();
  }

  /** The tenants after this name, ordered by name. */
  public List<Registered> list(String after, int most) {
    return jdbc.sql(
            """
            select * from tenants
            where tenant collate "C" > :after order by tenant collate "C" limit :most
            """)
        .param("after", after)
        .param("most", most)
        .query((row, _) -> read(row))
        .list();
  }

  private static Registered read(ResultSet row) throws SQLException {
    Pace pace =
        Pace.of(
            row.getObject("rate_limit", Integer.class),
            row.getObject("rate_seconds", Integer.class),
            row.getObject("max_in_flight", Integer.class));
    return new Registered(
        new Tenant(row.getString("tenant")),
        PaceFields.Rate.of(pace),
        pace.maxInFlight(),
        row.getTimestamp("created_at").toInstant());
  }
}
