package dev.homing.activities.event;

import dev.homing.activities.Change;
import dev.homing.activities.list.BoundedList;
import dev.homing.activities.list.Changed;
import dev.homing.activities.list.Conditions;
import dev.homing.activities.list.Newest;
import dev.homing.workflows.DeliveryId;
import dev.homing.workflows.EventId;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import dev.homing.workflows.event.AcceptedEvent;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** All accepted events; none ever changes. */
public final class Events {
  private static final String COLUMNS =
      "tenant, id, type, content_type, recipients, external_id, ordering_key, hops";

  private final JdbcClient jdbc;
  private final BoundedList<Event> list;

  public Events(JdbcClient jdbc) {
    this.jdbc = jdbc;
    this.list = new BoundedList<>(jdbc, "events", COLUMNS, "accepted_in", (row, _) -> event(row));
  }

  /**
   * An accepted event, without its payload.
   *
   * @param contentType exactly as the client sent it
   * @param recipients the subscriptions that matched in the accepting commit
   * @param externalId the client's own name for the event; null: it gave none
   * @param orderingKey ordered subscriptions receive events with the same key one after the other;
   *     null: it has none
   * @param hops deliveries by Homing through which the event came here
   */
  public record Event(
      Tenant tenant,
      EventId id,
      String type,
      String contentType,
      List<SubscriptionId> recipients,
      @Nullable String externalId,
      @Nullable String orderingKey,
      int hops) {

    public AcceptedEvent accepted() {
      return new AcceptedEvent(tenant, id, type, recipients.size());
    }
  }

  public Optional<Event> find(Tenant tenant, EventId id) {
    return jdbc.sql("select " + COLUMNS + " from events where tenant = :tenant and id = :id")
        .param("tenant", tenant.name())
        .param("id", id.uuid())
        .query((row, _) -> event(row))
        .optional();
  }

  /** The event to which the client gave this name. */
  public Optional<EventId> named(Tenant tenant, String externalId) {
    return jdbc.sql(
            """
            select event_id from event_keys
            where tenant = :tenant and kind = :kind and key = :key
            """)
        .param("tenant", tenant.name())
        .param("kind", KeyKind.EXTERNAL_ID.word())
        .param("key", externalId)
        .query((row, _) -> new EventId(row.getObject(1, UUID.class)))
        .optional();
  }

  /** Whether a tenant has ever published, as far as events are kept. */
  public boolean any(Tenant tenant) {
    return jdbc.sql("select exists (select from events where tenant = :tenant)")
        .param("tenant", tenant.name())
        .query(Boolean.class)
        .single();
  }

  /** The ordering key of an event; null: it has none, or the event is gone. */
  public @Nullable String orderingKey(Tenant tenant, EventId id) {
    return find(tenant, id).map(Event::orderingKey).orElse(null);
  }

  /** The exact bytes that the client sent; empty once they have expired. */
  public Optional<byte[]> payload(Tenant tenant, EventId id) {
    return jdbc.sql("select payload from payloads where tenant = :tenant and event_id = :id")
        .param("tenant", tenant.name())
        .param("id", id.uuid())
        .query((row, _) -> row.getBytes(1))
        .optional();
  }

  /** Whether the payload has not expired, so that the event can still be sent. */
  public boolean hasPayload(Tenant tenant, EventId id) {
    return jdbc.sql(
            "select exists (select from payloads where tenant = :tenant and event_id = :id)")
        .param("tenant", tenant.name())
        .param("id", id.uuid())
        .query(Boolean.class)
        .single();
  }

  /** The event and recipient that a delivery id stands for, even before it has a row. */
  public Optional<Recipient> recipient(Tenant tenant, DeliveryId delivery) {
    long high = delivery.uuid().getMostSignificantBits();
    return jdbc
        .sql(
            "select "
                + COLUMNS
                + " from events where tenant = :tenant and id between :low and :high")
        .param("tenant", tenant.name())
        .param("low", new UUID(high, 0x8000000000000000L))
        .param("high", new UUID(high, 0xbfffffffffffffffL))
        .query((row, _) -> event(row))
        .list()
        .stream()
        .flatMap(event -> event.recipients().stream().map(id -> new Recipient(event, id)))
        .filter(recipient -> recipient.delivery().equals(delivery))
        .findFirst();
  }

  /** One recipient of an event. */
  public record Recipient(Event event, SubscriptionId subscription) {
    public DeliveryId delivery() {
      return DeliveryId.of(event.id(), subscription);
    }
  }

  /**
   * The events to list.
   *
   * @param type the exact event type; null: all types
   * @param from the first id to list; {@code until} is the first id not to
   */
  public record Filter(Tenant tenant, @Nullable String type, UUID from, UUID until) {
    private Conditions ofTenant() {
      return new Conditions().and("tenant = :tenant", "tenant", tenant.name());
    }

    private Conditions ofType() {
      return new Conditions().and("type = :type", "type", type);
    }
  }

  /** A tenant's events in the order in which they appear: none appears before one already read. */
  public Changed<Event> appeared(Filter filter, Change after, int limit) {
    return list.changed(
        filter.ofTenant(), filter.ofType().between(filter.from(), filter.until()), after, limit);
  }

  /** A tenant's events, newest first. */
  public Newest<Event> newest(Filter filter, int limit) {
    return list.newest(
        filter.ofTenant(), filter.ofType(), filter.from(), filter.until(), limit, BoundedList.MOST);
  }

  private static Event event(ResultSet row) throws SQLException {
    return new Event(
        new Tenant(row.getString("tenant")),
        new EventId(row.getObject("id", UUID.class)),
        row.getString("type"),
        row.getString("content_type"),
        subscriptions(row.getArray("recipients")),
        row.getString("external_id"),
        row.getString("ordering_key"),
        row.getInt("hops"));
  }

  private static List<SubscriptionId> subscriptions(Array ids) throws SQLException {
    return Arrays.stream((UUID[]) ids.getArray()).map(SubscriptionId::new).toList();
  }
}
