package dev.homing.activities.delivery;

import static java.util.Objects.requireNonNull;

import dev.homing.activities.Change;
import dev.homing.activities.delivery.Delivery.State;
import dev.homing.activities.list.BoundedList;
import dev.homing.activities.list.Changed;
import dev.homing.activities.list.Conditions;
import dev.homing.activities.list.Newest;
import dev.homing.workflows.DeliveryId;
import dev.homing.workflows.EventId;
import dev.homing.workflows.PrefixedId;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import dev.homing.workflows.delivery.Outcome;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Lists of deliveries for API callers, including deliveries without a result. */
public final class DeliveryList {
  private static final Comparator<Delivery> NEWEST_FIRST =
      Comparator.comparing((Delivery delivery) -> delivery.key().id().uuid(), PrefixedId.ORDER)
          .reversed();

  private static final String DELIVERED = new Outcome.Delivered(200).word();

  /** The longest search for an outcome, which is looked up for each row. */
  private static final int MOST_OUTCOMES = 8_000;

  private final JdbcClient jdbc;
  private final PendingDeliveries pending;
  private final BoundedList<Delivery> recorded;

  public DeliveryList(JdbcClient jdbc) {
    this.jdbc = jdbc;
    this.pending = new PendingDeliveries(jdbc);
    this.recorded =
        new BoundedList<>(
            jdbc,
            "deliveries",
            DeliveryRows.COLUMNS,
            "changed_in",
            (row, _) -> DeliveryRows.delivery(row));
  }

  /**
   * The deliveries to list; a null component matches all.
   *
   * @param outcome the word for the outcome of the last attempt; of a delivered delivery, {@code
   *     delivered}
   * @param changedSince only those that have changed then or later
   * @param from the first id to list; {@code until} is the first id not to
   */
  public record Filter(
      @Nullable State state,
      @Nullable SubscriptionId subscription,
      @Nullable EventId event,
      @Nullable String eventType,
      @Nullable String outcome,
      @Nullable Instant changedSince,
      UUID from,
      UUID until) {
    /** Whenever they changed. */
    public Filter(
        @Nullable State state,
        @Nullable SubscriptionId subscription,
        @Nullable EventId event,
        @Nullable String eventType,
        @Nullable String outcome,
        UUID from,
        UUID until) {
      this(state, subscription, event, eventType, outcome, null, from, until);
    }

    /** The same for those in another state that have changed since a time; null matches all. */
    public Filter in(@Nullable State other, @Nullable Instant since) {
      return new Filter(other, subscription, event, eventType, outcome, since, from, until);
    }

    /** Whether deliveries without a result may match. */
    private boolean includesPending() {
      return (state == null || state == State.PENDING) && outcome == null && changedSince == null;
    }

    /** Whether the state has an index: of those that were not simply delivered. */
    private boolean isTroubled() {
      return state != null && state != State.DELIVERED;
    }

    /**
     * The conditions with an index in the order of ids.
     *
     * <p>The state is no parameter: only then does PostgreSQL use the index without the condition
     * of the index, which would make it expect a hundredth of the rows, and sort them all.
     */
    private Conditions indexed(Tenant tenant) {
      Conditions indexed = new Conditions().and("tenant = :tenant", "tenant", tenant.name());
      return isTroubled()
          ? indexed.and("state = '%s'".formatted(requireNonNull(state).word()))
          : indexed.and("subscription_id = :subscription", "subscription", uuid(subscription));
    }

    /** The conditions that are not {@link #indexed}. */
    private Conditions others() {
      Conditions others = ofTypeAndOutcome();
      return isTroubled()
          ? others.and("subscription_id = :subscription", "subscription", uuid(subscription))
          : others.and("state = :state", "state", state == null ? null : state.word());
    }

    /** All conditions but that of the tenant. */
    private Conditions all() {
      return ofTypeAndOutcome()
          .and("state = :state", "state", state == null ? null : state.word())
          .and("subscription_id = :subscription", "subscription", uuid(subscription))
          .between(from, until);
    }

    private Conditions ofTypeAndOutcome() {
      Conditions conditions =
          new Conditions()
              .and("event_id = :event", "event", event == null ? null : event.uuid())
              .and("event_type = :type", "type", eventType)
              .and(
                  "updated_at >= :changedSince",
                  "changedSince",
                  changedSince == null ? null : changedSince.atOffset(ZoneOffset.UTC));
      return DELIVERED.equals(outcome)
          ? conditions.and("state = 'delivered'")
          : conditions.and(
              """
              state <> 'delivered' and (
                select a.outcome from attempts a
                where a.tenant = slice.tenant and a.delivery_id = slice.id
                  and a.number = slice.attempt_count) = :outcome
              """,
              "outcome",
              outcome);
    }

    private int most() {
      return outcome == null || outcome.equals(DELIVERED) ? BoundedList.MOST : MOST_OUTCOMES;
    }

    /** The same within the ids of the event's deliveries. */
    private Filter withinEvent() {
      return event == null
          ? this
          : new Filter(
              state,
              subscription,
              event,
              eventType,
              outcome,
              changedSince,
              Collections.max(List.of(from, DeliveryId.first(event).uuid()), PrefixedId.ORDER),
              Collections.min(List.of(until, after(DeliveryId.last(event))), PrefixedId.ORDER));
    }

    /** The next id. */
    private static UUID after(DeliveryId id) {
      return new UUID(id.uuid().getMostSignificantBits(), id.uuid().getLeastSignificantBits() + 1);
    }

    private static @Nullable UUID uuid(@Nullable SubscriptionId id) {
      return id == null ? null : id.uuid();
    }
  }

  /** A tenant's deliveries, those of the newest event first. */
  public Newest<Delivery> newest(Tenant tenant, Filter given, int limit) {
    Filter filter = given.withinEvent();
    // Reads pending ones first: one that gets its row meanwhile is found twice, never missed.
    List<Delivery> waiting =
        filter.includesPending() ? pending.newest(tenant, filter, limit) : List.of();
    Newest<Delivery> found =
        filter.state() == State.PENDING
            ? new Newest<>(List.of(), null)
            : recorded.newest(
                filter.indexed(tenant),
                filter.others(),
                filter.from(),
                filter.until(),
                limit,
                filter.most());
    return together(waiting, found.items(), found.lookedDownTo(), limit);
  }

  /** Those that wait, whether retrying or held and whatever state the filter has. */
  public Newest<Delivery> waiting(Tenant tenant, Filter filter, int limit) {
    Newest<Delivery> held = newest(tenant, filter.in(State.HELD, filter.changedSince()), limit);
    Newest<Delivery> retrying =
        newest(tenant, filter.in(State.RETRYING, filter.changedSince()), limit);
    UUID lookedDownTo = higher(held.lookedDownTo(), retrying.lookedDownTo());
    return together(held.items(), retrying.items(), lookedDownTo, limit);
  }

  private static @Nullable UUID higher(@Nullable UUID one, @Nullable UUID other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return PrefixedId.ORDER.compare(one, other) < 0 ? other : one;
  }

  /** One that is in both lists is taken from the later one. */
  private static Newest<Delivery> together(
      List<Delivery> earlier, List<Delivery> later, @Nullable UUID lookedDownTo, int limit) {
    Map<UUID, Delivery> all = new HashMap<>();
    Stream.concat(earlier.stream(), later.stream())
        .forEach(delivery -> all.put(delivery.key().id().uuid(), delivery));
    return new Newest<>(
        all.values().stream()
            .filter(delivery -> lookedDownTo == null || isFrom(lookedDownTo, delivery))
            .sorted(NEWEST_FIRST)
            .limit(limit)
            .toList(),
        lookedDownTo);
  }

  private static boolean isFrom(UUID id, Delivery delivery) {
    return PrefixedId.ORDER.compare(id, delivery.key().id().uuid()) <= 0;
  }

  /**
   * A tenant's deliveries in the order of their last change.
   *
   * <p>A delivery appears with its first result, and again behind all others whenever it changes.
   * None appears before one already read.
   */
  public Changed<Delivery> changed(Tenant tenant, Filter filter, Change after, int limit) {
    return recorded.changed(
        new Conditions().and("tenant = :tenant", "tenant", tenant.name()),
        filter.withinEvent().all(),
        after,
        limit);
  }

  /** Counts an event's deliveries that have a row, by state. */
  public Map<State, Long> counts(Tenant tenant, EventId event) {
    return jdbc
        .sql(
            """
            select state, count(*) as count from deliveries
            where tenant = :tenant and id between :low and :high and event_id = :event
            group by state
            """)
        .param("tenant", tenant.name())
        .param("event", event.uuid())
        .param("low", DeliveryId.first(event).uuid())
        .param("high", DeliveryId.last(event).uuid())
        .query((row, _) -> Map.entry(State.of(row.getString("state")), row.getLong("count")))
        .list()
        .stream()
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }
}
