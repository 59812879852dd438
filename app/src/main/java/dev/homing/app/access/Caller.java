package dev.homing.app.access;

import dev.homing.workflows.Tenant;
import java.util.Set;

/**
 * Whose request it is.
 *
 * @param tenant whom it is about, in everything
 */
record Caller(Tenant tenant, Set<Scope> scopes) {
  /** Who may do everything, for the tenant that is there from the beginning. */
  static final Caller ADMIN = new Caller(Tenant.DEFAULT, Set.of(Scope.values()));
}
