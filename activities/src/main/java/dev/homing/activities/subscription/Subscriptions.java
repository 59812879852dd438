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
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.Lock;
import org.springframework.data.jpa.repository.Modifying;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

/** All subscriptions in PostgreSQL. */
public interface Subscriptions extends Repository<Subscription, SubscriptionKey> {

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

  /**
   * Lists a tenant's subscriptions, newest first.
   *
   * @param eventType only those that list exactly this pattern; null: all
   * @param enabled only those enabled, or not enabled; null: all
   * @param from the lowest id of the range
   * @param before the lowest id above the range
   */
  @Query(
      """
      from Subscription s
      where s.key.tenant = :tenant
        and s.deletedAt is null
        and (:eventType is null or :eventType member of s.eventTypes)
        and (:enabled is null or s.enabled = :enabled)
        and s.key.id >= :from and s.key.id < :before
      order by s.key.id desc
      """)
  List<Subscription> list(
      String tenant,
      @Nullable String eventType,
      @Nullable Boolean enabled,
      UUID from,
      UUID before,
      Limit limit);

  /**
   * Searches a tenant's subscriptions, newest first.
   *
   * @param text a part of the URL or the description, in any case; null: all
   * @param enabled only those enabled, or not enabled; null: all
   * @param disabled only those that Homing disabled, or did not; null: all
   */
  @Query(
      """
      from Subscription s
      where s.key.tenant = :tenant
        and s.deletedAt is null
        and (cast(:text as String) is null
          or locate(lower(cast(:text as String)), lower(s.url)) > 0
          or locate(lower(cast(:text as String)), lower(s.description)) > 0)
        and (:eventType is null or :eventType member of s.eventTypes)
        and (:enabled is null or s.enabled = :enabled)
        and (:disabled is null
          or (:disabled = true and s.disabledReason is not null)
          or (:disabled = false and s.disabledReason is null))
        and s.key.id >= :from and s.key.id < :before
      order by s.key.id desc
      """)
  List<Subscription> search(
      String tenant,
      @Nullable String text,
      @Nullable String eventType,
      @Nullable Boolean enabled,
      @Nullable Boolean disabled,
      UUID from,
      UUID before,
      Limit limit);

  /** Those of a tenant with these ids, deleted ones too. */
  @Query("from Subscription s where s.key.tenant = :tenant and s.key.id in :ids")
  List<Subscription> findAll(String tenant, Collection<UUID> ids);

  /** Those that Homing disabled, the last changed first. */
  @Query(
      """
      from Subscription s
      where s.key.tenant = :tenant and s.deletedAt is null and s.disabledReason is not null
      order by s.updatedAt desc
      """)
  List<Subscription> disabled(String tenant, Limit limit);

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
