package dev.homing.app.access;

import dev.homing.app.audit.Actor;
import dev.homing.workflows.Tenant;
import java.util.Set;

/**
 * Whose request it is.
 *
 * @param name for the audit log
 * @param tenant whom it is about, in everything
 */
record Caller(String name, Tenant tenant, Set<Scope> scopes) {
  static final Caller ADMIN = operator(Actor.ADMIN_KEY);

  /** On this machine, while there is no admin key. */
  static final Caller LOCAL = operator(Actor.OPEN_MODE);

  /** Who may do everything, for the tenant that is there from the beginning. */
  private static Caller operator(String name) {
    return new Caller(name, Tenant.DEFAULT, Set.of(Scope.values()));
  }
}
