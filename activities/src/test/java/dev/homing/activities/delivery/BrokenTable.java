package dev.homing.activities.delivery;

import dev.homing.activities.Postgres;
import dev.homing.workflows.Tenant;

/** Attempts of one tenant cannot be written for a while: a database that fails half-way. */
final class BrokenTable implements AutoCloseable {
  private final String name;

  BrokenTable(Tenant tenant) {
    name = "broken_" + Integer.toHexString(tenant.hashCode());
    run(
        """
        create function %s() returns trigger language plpgsql as
        $$ begin raise exception 'the disk is full'; end $$
        """
            .formatted(name));
    run(
        """
        create trigger %s before insert on attempts
        for each row when (new.tenant = '%s') execute function %s()
        """
            .formatted(name, tenant, name));
  }

  @Override
  public void close() {
    run("drop function %s cascade".formatted(name));
  }

  private static void run(String sql) {
    Postgres.jdbc().sql(sql).update();
  }
}
