package dev.homing.activities.delivery;

import dev.homing.activities.Postgres;
import dev.homing.workflows.DeliveryId;
import dev.homing.workflows.Tenant;

/** Some attempts cannot be written for a while: a database that fails half-way. */
public final class BrokenTable implements AutoCloseable {
  private final String name;

  public BrokenTable(Tenant tenant) {
    this("'disk_full'", "new.tenant = '%s'".formatted(tenant));
  }

  /** Of one delivery only, for a reason that comes again. */
  public BrokenTable(DeliveryId delivery) {
    this("'data_exception'", "new.delivery_id = '%s'".formatted(delivery.uuid()));
  }

  private BrokenTable(String code, String condition) {
    name = "broken_" + Integer.toHexString(condition.hashCode());
    run(
        """
        create function %s() returns trigger language plpgsql as
        $$ begin raise exception 'the disk is full' using errcode = %s; end $$
        """
            .formatted(name, code));
    run(
        """
        create trigger %s before insert on attempts
        for each row when (%s) execute function %s()
        """
            .formatted(name, condition, name));
  }

  @Override
  public void close() {
    run("drop function %s cascade".formatted(name));
  }

  private static void run(String sql) {
    Postgres.jdbc().sql(sql).update();
  }
}
