package dev.homing.app.access;

import dev.homing.workflows.Tenant;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The tenants in PostgreSQL. */
@Component
public class Tenants {
  private final JdbcClient jdbc;

  Tenants(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /** A tenant as it is stored. */
  public record Registered(Tenant name, Instant createdAt) {}

  /** Adds a tenant; empty if the name is taken. */
  Optional<Registered> add(Tenant tenant) {
    return jdbc.sql(
            """
            insert into tenants (tenant) values (:tenant) on conflict do nothing
            returning tenant, created_at
            """)
        .param("tenant", tenant.name())
        .query((row, _) -> read(row))
        .optional();
  }

  public Optional<Registered> find(Tenant tenant) {
    return jdbc.sql("select tenant, created_at from tenants where tenant = :tenant")
        .param("tenant", tenant.name())
        .query((row, _) -> read(row))
        .optional();
  }

  /** The tenants after this name, ordered by name. */
  public List<Registered> list(String after, int most) {
    return jdbc.sql(
            """
            select tenant, created_at from tenants
            where tenant collate "C" > :after order by tenant collate "C" limit :most
            """)
        .param("after", after)
        .param("most", most)
        .query((row, _) -> read(row))
        .list();
  }

  private static Registered read(ResultSet row) throws SQLException {
    return new Registered(
        new Tenant(row.getString("tenant")), row.getTimestamp("created_at").toInstant());
  }
}
