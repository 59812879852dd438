package dev.homing.activities;

/**
 * SQL that picks rows to claim: the first of each tenant, then the second of each, and so on. So
 * the rows of one tenant do not stand before another tenant's one.
 */
public final class TenantTurns {
  private TenantTurns() {}

  /**
   * A query of the tenants and ids of the picked rows, which it locks; it leaves out rows that
   * others have locked. The number of rows is its parameter {@code :limit}.
   *
   * @param order the column by which a tenant's rows, and those of one turn, come
   * @param condition which rows may be claimed; names their columns by the alias {@code t}
   */
  public static String pick(String table, String id, String order, String condition) {
    return """
    select t.tenant, t.%2$s
    from (
      select tenant, %2$s from (
        select t.tenant, t.%2$s, t.%3$s,
          row_number() over (partition by t.tenant order by t.%3$s) as turn
        from %1$s t
        where %4$s) ranked
      where turn <= :limit
      order by turn, %3$s
      limit :limit) picked
    join %1$s t on t.tenant = picked.tenant and t.%2$s = picked.%2$s
    where %4$s
    for update of t skip locked
    """
        .formatted(table, id, order, condition);
  }
}
