package dev.homing.activities.subscription;

import dev.homing.activities.list.Conditions;
import dev.homing.activities.list.Newest;
import dev.homing.workflows.Tenant;
import jakarta.persistence.EntityManager;
import jakarta.persistence.TypedQuery;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Lists of subscriptions, for the API and the pages. */
public final class SubscriptionList {
  /** How many subscriptions are looked at for a filter without an index. */
  private static final int MOST = 10_000;

  /** The same among those of an event type, which PostgreSQL may read as a whole. */
  private static final int MOST_OF_TYPE = 2_000;

  private final EntityManager entities;

  public SubscriptionList(EntityManager entities) {
    this.entities = entities;
  }

  /** Why subscriptions get no events. */
  public enum NotEnabled {
    /** A caller disabled it. */
    PAUSED("s.disabledReason is null"),
    /** Homing disabled it. */
    DISABLED("s.disabledReason is not null");

    private final String condition;

    NotEnabled(String condition) {
      this.condition = condition;
    }
  }

  /**
   * The subscriptions to list; a null component matches all.
   *
   * @param eventType only those that list exactly this pattern
   * @param enabled only those enabled, or not enabled
   * @param why only those not enabled for this reason
   * @param text a part of the URL or the description, in any case
   * @param from the first id to list; {@code until} is the first id not to
   */
  public record Filter(
      Tenant tenant,
      @Nullable String eventType,
      @Nullable Boolean enabled,
      @Nullable NotEnabled why,
      @Nullable String text,
      UUID from,
      UUID until) {

    /** The conditions with an index that has the order. */
    private Conditions indexed(UUID lowest) {
      Conditions conditions =
          new Conditions()
              .and("s.key.tenant = :tenant", "tenant", tenant.name())
              .and("s.deletedAt is null")
              .and("pattern = :pattern", "pattern", eventType)
              .and("s.key.id >= :from", "from", lowest)
              .and("s.key.id < :until", "until", until);
      if (why != null || Boolean.FALSE.equals(enabled)) {
        conditions.and("not s.enabled");
      }
      return enabled != null && enabled ? conditions.and("s.enabled") : conditions;
    }

    private Conditions all(UUID lowest) {
      Conditions conditions =
          indexed(lowest)
              .and(
                  """
                  (locate(lower(cast(:text as String)), lower(s.url)) > 0
                    or locate(lower(cast(:text as String)), lower(s.description)) > 0)
                  """,
                  "text",
                  text);
      return why == null ? conditions : conditions.and(why.condition);
    }

    private int most() {
      return eventType == null ? MOST : MOST_OF_TYPE;
    }

    private boolean isIndexed() {
      return text == null && why == null;
    }
  }

  /** A tenant's subscriptions, newest first. */
  public Newest<Subscription> newest(Filter filter, int limit) {
    UUID lowest = filter.isIndexed() ? null : lowest(filter);
    List<Subscription> found =
        query("s", filter, filter.all(lowest == null ? filter.from() : lowest), Subscription.class)
            .setMaxResults(limit)
            .getResultList();
    return new Newest<>(found, found.size() == limit ? null : lowest);
  }

  /** The last of those to look at; null: there are fewer. */
  private @Nullable UUID lowest(Filter filter) {
    return query("s.key.id", filter, filter.indexed(filter.from()), UUID.class)
        .setFirstResult(filter.most() - 1)
        .setMaxResults(1)
        .getResultList()
        .stream()
        .findFirst()
        .orElse(null);
  }

  private <T> TypedQuery<T> query(
      String selected, Filter filter, Conditions conditions, Class<T> type) {
    TypedQuery<T> query =
        entities.createQuery(
            "select %s from Subscription s %s where %s order by s.key.id desc"
                .formatted(
                    selected,
                    filter.eventType() == null ? "" : "join s.eventTypes pattern",
                    conditions.sql()),
            type);
    conditions.params().forEach(query::setParameter);
    return query;
  }
}
