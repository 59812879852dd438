package dev.homing.activities.subscription;

import dev.homing.activities.list.Conditions;
import dev.homing.activities.list.Newest;
import dev.homing.workflows.Tenant;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;
import jakarta.persistence.TypedQuery;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.hibernate.Session;
import org.jspecify.annotations.Nullable;

/** Lists of subscriptions, for the API and the pages. */
public final class SubscriptionList {
  /** How many subscriptions are looked at, at most. */
  private static final int MOST = 10_000;

  /**
   * How many of them at a time. It is no parameter: PostgreSQL then knows that they are few, and
   * does not sort all of them.
   */
  private static final int SLICE = 1_000;

  private static final String OF_TYPE =
      """
      select subscription_id as id from subscription_event_types
      where tenant = :tenant and event_type = :type and subscription_id < :until
      order by subscription_id desc
      """;

  private static final String OF_TENANT =
      """
      select id from subscriptions
      where tenant = :tenant and deleted_at is null and id < :until
      order by id desc
      """;

  private static final String NOT_ENABLED =
      """
      select id from subscriptions
      where tenant = :tenant and deleted_at is null and not enabled and id < :until
      order by id desc
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

    /**
     * Selects the ids before {@code until}, newest first, of those that fulfil the conditions with
     * an index that has this order. There is no condition for {@code from}: PostgreSQL expects few
     * between two values that it does not know yet, and would read and sort them all.
     */
    private String indexed() {
      if (eventType != null) {
        return OF_TYPE;
      }
      return why != null || Boolean.FALSE.equals(enabled) ? NOT_ENABLED : OF_TENANT;
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

    private Filter before(UUID id) {
      return new Filter(tenant, eventType, enabled, why, text, from, id);
    }
  }

  /** A tenant's subscriptions, newest first. */
  public Newest<Subscription> newest(Filter filter, int limit) {
    List<UUID> ids = new ArrayList<>();
    UUID lookedDownTo = filter.until();
    for (int looked = 0;
        looked < MOST && lookedDownTo != null && ids.size() < limit;
        looked += SLICE) {
      lookedDownTo = look(filter.before(lookedDownTo), limit - ids.size(), ids);
    }
    return new Newest<>(found(filter.tenant(), ids), ids.size() == limit ? null : lookedDownTo);
  }

  /**
   * Looks at the first slice, and adds the ids that match; returns the last id of the slice, or
   * null if there are no more.
   *
   * <p>The {@code offset 0} keeps PostgreSQL from reading all subscriptions to join them.
   */
  private @Nullable UUID look(Filter filter, int limit, List<UUID> ids) {
    Conditions others = filter.others();
    TypedQuery<Tuple> query =
        entities
            .unwrap(Session.class)
            .createNativeQuery(
                """
                select id, true as matches from (
                  select slice.id from (%1$s limit %2$d) slice
                  cross join lateral (
                    select from subscriptions s
                    where s.tenant = :tenant and s.id = slice.id and %4$s
                    offset 0) fulfils
                  where slice.id >= :from
                  order by slice.id desc limit :limit) matching
                union all
                select id, false from (%1$s offset %3$d limit 1) last where id > :from
                """
                    .formatted(filter.indexed(), SLICE, SLICE - 1, others.sql()),
                Tuple.class)
            .setParameter("tenant", filter.tenant().name())
            .setParameter("from", filter.from())
            .setParameter("until", filter.until())
            .setParameter("limit", limit);
    if (filter.eventType() != null) {
      query.setParameter("type", filter.eventType());
    }
    others.params().forEach(query::setParameter);
    UUID last = null;
    for (Tuple row : query.getResultList()) {
      UUID id = row.get("id", UUID.class);
      if (row.get("matches", Boolean.class)) {
        ids.add(id);
      } else {
        last = id;
      }
    }
    return last;
  }

  private List<Subscription> found(Tenant tenant, List<UUID> ids) {
    return ids.isEmpty()
        ? List.of()
        : entities
            .createQuery(Subscriptions.WITH_IDS + " order by s.key.id desc", Subscription.class)
            .setParameter("tenant", tenant.name())
            .setParameter("ids", ids)
            .getResultList();
  }
}
