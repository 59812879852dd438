package dev.homing.app.database;

import dev.homing.app.audit.Actor;
import dev.homing.workflows.Tenant;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;

/**
 * Gives whoever serves a tenant's request a connection of {@link TenantDatabase}; operators, and
 * whatever is no request, have those of the tables' owner.
 */
public final class DatabaseByCaller extends DelegatingDataSource {
  private final Supplier<TenantDatabase> tenants;

  public DatabaseByCaller(DataSource owners, Supplier<TenantDatabase> tenants) {
    super(owners);
    this.tenants = tenants;
  }

  @Override
  public Connection getConnection() throws SQLException {
    Optional<Tenant> caller = tenant(SecurityContextHolder.getContext().getAuthentication());
    return caller.isPresent() ? tenants.get().connection(caller.get()) : super.getConnection();
  }

  private static Optional<Tenant> tenant(@Nullable Authentication caller) {
    return caller != null
            && caller.getPrincipal() instanceof Tenant tenant
            && caller.getDetails() instanceof Actor actor
            && !actor.operator()
        ? Optional.of(tenant)
        : Optional.empty();
  }
}
