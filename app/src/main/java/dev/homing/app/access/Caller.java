package dev.homing.app.access;

import dev.homing.app.audit.Actor;
import dev.homing.workflows.Tenant;
import java.util.Set;

/**
 * The authenticated caller of a request.
 *
 * @param name for the audit log
 * @param tenant whose resources the request reads and changes
 */
public record Caller(String name, Tenant tenant, Set<Scope> scopes) {
  static final Caller ADMIN = operator(Actor.ADMIN_KEY);

  /** Any caller on this machine, in open mode. */
  static final Caller LOCAL = operator(Actor.OPEN_MODE);

  /** A caller with every scope, who acts for the default tenant. */
  private static Caller operator(String name) {
    return new Caller(name, Tenant.DEFAULT, Set.of(Scope.values()));
  }

  /** Whether the caller may see more than one tenant. */
  public boolean isOperator() {
    return scopes.contains(Scope.ADMIN);
  }

  /** Whether the caller may read subscriptions, events and deliveries. */
  public boolean mayRead() {
    return isOperator() || scopes.contains(Scope.READ);
  }

  /** The same caller, who acts for another tenant. */
  public Caller actingFor(Tenant other) {
    return new Caller(name, other, scopes);
  }

  /** The same caller under another name. */
  public Caller named(String other) {
    return new Caller(other, tenant, scopes);
  }
}
