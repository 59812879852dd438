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
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/**
 * Chooses the connection by caller: requests of tenants get one of {@link TenantDatabase}, and
 * requests that read a page one of {@link PagesDatabase}. Operators and background work get one of
 * the tables' owner.
 */
public final class DatabaseByCaller extends DelegatingDataSource {
  private final Supplier<TenantDatabase> tenants;
  private final Supplier<PagesDatabase> pages;

  public DatabaseByCaller(
      DataSource owners, Supplier<TenantDatabase> tenants, Supplier<PagesDatabase> pages) {
    super(owners);
    this.tenants = tenants;
    this.pages = pages;
  }

  @Override
  public Connection getConnection() throws SQLException {
    Optional<Tenant> caller = tenant(SecurityContextHolder.getContext().getAuthentication());
    if (readsPage()) {
      return pages.get().connection(caller);
    }
    return caller.isPresent() ? tenants.get().connection(caller.get()) : super.getConnection();
  }

  /** Whether this thread handles a request for a page; its forms write, so they do not count. */
  private static boolean readsPage() {
    return RequestContextHolder.getRequestAttributes() instanceof ServletRequestAttributes of
        && of.getRequest().getMethod().equals("GET")
        && (of.getRequest().getRequestURI() + "/").startsWith("/ui/");
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
