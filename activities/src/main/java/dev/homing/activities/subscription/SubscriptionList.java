package dev.homing.activities.subscription;

import dev.homing.activities.list.Conditions;
import dev.homing.workflows.Tenant;
import jakarta.persistence.EntityManager;
import jakarta.persistence.TypedQuery;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Lists of subscriptions for API callers. */
public final class SubscriptionList {
  private final EntityManager entities;

  public SubscriptionList(EntityManager entities) {
    this.entities = entities;
  }

  /**
   * The subscriptions to list; a null component matches all.
   *
   * @param eventType only those that list exactly this pattern
   * @param enabled only those enabled, or not enabled
   * @param from the first id to list; {@code until} is the first id not to
   */
  public record Filter(
      Tenant tenant, @Nullable String eventType, @Nullable Boolean enabled, UUID from, UUID until) {
    private Conditions conditions() {
      return new Conditions()
          .and("s.key.tenant = :tenant", "tenant", tenant.name())
          .and("s.deletedAt is null")
          .and("pattern = :pattern", "pattern", eventType)
          .and("s.key.id >= :from", "from", from)
          .and("s.key.id < :until", "until", until);
    }
  }

  /** A tenant's subscriptions, newest first. */
  public List<Subscription> newest(Filter filter, int limit) {
    Conditions conditions = filter.conditions();
    if (filter.enabled() != null) {
      conditions.and(filter.enabled() ? "s.enabled" : "not s.enabled");
    }
    TypedQuery<Subscription> query =
        entities.createQuery(
            "select s from Subscription s %s where %s order by s.key.id desc"
                .formatted(
                    filter.eventType() == null ? "" : "join s.eventTypes pattern",
                    conditions.sql()),
            Subscription.class);
    conditions.params().forEach(query::setParameter);
    return query.setMaxResults(limit).getResultList();
  }
}
