package dev.homing.activities.subscription;

import dev.homing.activities.list.Conditions;
import dev.homing.activities.list.Newest;
import dev.homing.workflows.Tenant;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Query;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Lists of subscriptions, for the API and the pages. */
public final class SubscriptionList {
  /** How many subscriptions are looked at for a filter without an index. */
  private static final int MOST = 10_000;

  private static final String OF_TYPE =
      """
      select subscription_id as id from subscription_event_types
      where tenant = :tenant and event_type = :type
        and subscription_id >= :from and subscription_id < :until
      order by subscription_id desc
      """;

  private final EntityManager entities;

  public SubscriptionList(EntityManager entities) {
    this.entities = entities;
  }

  /** Why subscriptions get no events. */
  public enum NotEnabled {
    /** A caller disabled it. */
    PAUSED("not enabled and disabled_reason is null"),
    /** Homing disabled it. */
    DISABLED("not enabled and disabled_reason is not null");

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

    /** Selects the ids of those that fulfil the conditions with an index that has the order. */
    private String indexed() {
      return eventType != null
          ? OF_TYPE
          : """
          select id from subscriptions
          where tenant = :tenant and deleted_at is null %s and id >= :from and id < :until
          order by id desc
          """
              .formatted(why != null || Boolean.FALSE.equals(enabled) ? "and not enabled" : "");
    }

    private Conditions others() {
      Conditions others =
          new Conditions()
              .and("deleted_at is null")
              .and(
                  """
                  (strpos(lower(url), lower(cast(:text as text))) > 0
                    or strpos(lower(description), lower(cast(:text as text))) > 0)
                  """,
                  "text",
                  text);
      if (why != null) {
        others.and(why.condition);
      }
      return enabled == null ? others : others.and(enabled ? "enabled" : "not enabled");
    }

    private boolean isIndexed() {
      return eventType == null && text == null && why == null && !Boolean.TRUE.equals(enabled);
    }
  }

  /** A tenant's subscriptions, newest first. */
  public Newest<Subscription> newest(Filter filter, int limit) {
    UUID lowest = filter.isIndexed() ? null : lowest(filter);
    List<UUID> ids = ids(filter, lowest == null ? filter.from() : lowest, limit);
    List<Subscription> found =
        ids.isEmpty()
            ? List.of()
            : entities
                .createQuery(
                    """
                    from Subscription s where s.key.tenant = :tenant and s.key.id in :ids
                    order by s.key.id desc
                    """,
                    Subscription.class)
                .setParameter("tenant", filter.tenant().name())
                .setParameter("ids", ids)
                .getResultList();
    return new Newest<>(found, ids.size() == limit ? null : lowest);
  }

  /** The last of those to look at; null: there are fewer. */
  private @Nullable UUID lowest(Filter filter) {
    return ids(
            query(filter.indexed() + "offset :skipped limit 1", filter, filter.from())
                .setParameter("skipped", MOST - 1))
        .stream()
        .findFirst()
        .orElse(null);
  }

  /**
   * The {@code offset 0} keeps PostgreSQL from reading all subscriptions to join them. The slice
   * may be longer than {@link #MOST}, as some may be added after its end was found.
   */
  private List<UUID> ids(Filter filter, UUID lowest, int limit) {
    Conditions others = filter.others();
    Query query =
        query(
                """
                select slice.id from (%s limit :most) slice
                cross join lateral (
                  select from subscriptions s
                  where s.tenant = :tenant and s.id = slice.id and %s
                  offset 0) found
                order by slice.id desc limit :limit
                """
                    .formatted(filter.indexed(), others.sql()),
                filter,
                lowest)
            .setParameter("most", filter.isIndexed() ? limit : 2 * MOST)
            .setParameter("limit", limit);
    others.params().forEach(query::setParameter);
    return ids(query);
  }

  private Query query(String sql, Filter filter, UUID lowest) {
    Query query =
        entities
            .createNativeQuery(sql, UUID.class)
            .setParameter("tenant", filter.tenant().name())
            .setParameter("from", lowest)
            .setParameter("until", filter.until());
    return filter.eventType() == null ? query : query.setParameter("type", filter.eventType());
  }

  private static List<UUID> ids(Query query) {
    return ((List<?>) query.getResultList()).stream().map(UUID.class::cast).toList();
  }
}
