package dev.homing.activities.subscription;

import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import jakarta.persistence.LockModeType;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.Lock;
import org.springframework.data.jpa.repository.Modifying;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

/** All subscriptions in PostgreSQL. */
public interface Subscriptions extends Repository<Subscription, SubscriptionKey> {

  /**
   * Those of a tenant with some ids, deleted ones too. Their event types are joined: looked up for
   * many pairs of tenant and id, PostgreSQL may read those of all subscriptions.
   */
  String WITH_IDS =
      """
      from Subscription s left join fetch s.eventTypes
      where s.key.tenant = :tenant and s.key.id in :ids
      """;

  Subscription saveAndFlush(Subscription subscription);

  @Query("from Subscription s where s.key = :key and s.deletedAt is null")
  Optional<Subscription> find(SubscriptionKey key);

  /**
   * Finds a subscription and locks it until the transaction ends, so that a concurrent change waits
   * and starts from this one's result, instead of failing.
   */
  @Lock(LockModeType.PESSIMISTIC_WRITE)
  @Query("from Subscription s where s.key = :key and s.deletedAt is null")
  Optional<Subscription> findToChange(SubscriptionKey key);

  @Query(WITH_IDS)
  List<Subscription> findAll(String tenant, Collection<UUID> ids);

  /** The ids of those that Homing disabled, the last changed first. */
  @Query(
      """
      select s.key.id from Subscription s
      where s.key.tenant = :tenant and s.deletedAt is null and s.disabledReason is not null
      order by s.updatedAt desc
      """)
  List<UUID> disabled(String tenant, Limit limit);

  /** Invalidates every cached route and receiver of the tenant. */
  @Modifying
  @Query(
      value = "update tenants set routes_version = routes_version + 1 where tenant = :tenant",
      nativeQuery = true)
  void raiseRoutesVersion(String tenant);

  /** Those of a tenant with these ids by their id, deleted ones too. */
  default Map<SubscriptionId, Subscription> findAll(Tenant tenant, Collection<SubscriptionId> ids) {
    return ids.isEmpty()
        ? Map.of()
        : findAll(tenant.name(), ids.stream().map(SubscriptionId::uuid).toList()).stream()
            .collect(Collectors.toMap(Subscription::id, Function.identity()));
  }

  default Optional<Subscription> find(Tenant tenant, SubscriptionId id) {
    return find(new SubscriptionKey(tenant, id));
  }

  /** See {@link #findToChange(SubscriptionKey)}. */
  default Optional<Subscription> findToChange(Tenant tenant, SubscriptionId id) {
    return findToChange(new SubscriptionKey(tenant, id));
  }
}
