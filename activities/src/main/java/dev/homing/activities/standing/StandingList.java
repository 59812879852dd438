package dev.homing.activities.standing;

import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Lists how receivers do, for people to read. */
public final class StandingList {
  /** No more receivers in trouble than these are counted of each tenant. */
  public static final int COUNTED_OF_EACH = 100;

  /** The same for all tenants together. */
  static final int COUNTED_IN_ALL = 5_000;

  private final JdbcClient jdbc;

  public StandingList(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /** The standings of a tenant's receivers among these; those in good standing are left out. */
  public Map<SubscriptionId, Standing> of(Tenant tenant, Collection<SubscriptionId> ids) {
    return byId(
        jdbc.sql(
                """
                select * from standings
                where tenant = :tenant and subscription_id = any(:ids)
                  and (state <> 'closed' or next_look is not null)
                """)
            .param("ids", ids.stream().map(SubscriptionId::uuid).toArray(UUID[]::new)),
        tenant);
  }

  /** A tenant's receivers to which first attempts are not made, the longest first. */
  public Map<SubscriptionId, Standing> inTrouble(Tenant tenant, int limit) {
    return byId(
        jdbc.sql(
                """
                select * from standings where tenant = :tenant and state <> 'closed'
                order by since limit :limit
                """)
            .param("limit", limit),
        tenant);
  }

  private static Map<SubscriptionId, Standing> byId(
      JdbcClient.StatementSpec statement, Tenant tenant) {
    return inOrder(
        statement
            .param("tenant", tenant.name())
            .query(
                (row, _) ->
                    Map.entry(new SubscriptionId(Standings.key(row).id()), Standings.standing(row)))
            .list());
  }

  /**
   * How many receivers of each tenant get no first attempts, counted up to {@link
   * #COUNTED_OF_EACH}; the tenants with the most first.
   *
   * <p>It goes from one tenant to the next by the index, so that one with many hides no other.
   */
  public Map<Tenant, Integer> tenantsInTrouble(int limit) {
    return inOrder(
        jdbc.sql(
                """
                with recursive tenants as (
                  (select tenant from standings where state <> 'closed' order by tenant limit 1)
                  union all
                  select (
                    select s.tenant from standings s
                    where s.state <> 'closed' and s.tenant > tenants.tenant
                    order by s.tenant limit 1)
                  from tenants where tenants.tenant is not null)
                select tenant, count(*) as receivers from (
                  select tenants.tenant from tenants
                  cross join lateral (
                    select from standings s
                    where s.tenant = tenants.tenant and s.state <> 'closed'
                    limit :each) counted_of_each
                  limit :all) counted
                group by tenant order by receivers desc, tenant limit :limit
                """)
            .param("each", COUNTED_OF_EACH)
            .param("all", COUNTED_IN_ALL)
            .param("limit", limit)
            .query(
                (row, _) -> Map.entry(new Tenant(row.getString("tenant")), row.getInt("receivers")))
            .list());
  }

  private static <K, V> Map<K, V> inOrder(List<Map.Entry<K, V>> entries) {
    return entries.stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey, Map.Entry::getValue, (one, _) -> one, LinkedHashMap::new));
  }
}
