package dev.homing.activities.retention;

import com.zaxxer.hikari.HikariDataSource;
import dev.homing.activities.Node;
import dev.homing.activities.Postgres;
import dev.homing.activities.delivery.Delivery;
import dev.homing.workflows.EventId;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import dev.homing.workflows.event.AcceptedEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A separate database, for tests that change tables of all tenants. */
public final class FreshDatabase implements AutoCloseable {
  public static final Tenant TENANT = new Tenant("default");

  private final String name = "fresh_" + UUID.randomUUID().toString().replace("-", "");
  private final HikariDataSource pool = new HikariDataSource();
  public final JdbcClient jdbc;
  public final Node node;
  final Partitions partitions;
  public final MakePartitions makePartitions;

  /** With the tables of this version. */
  public FreshDatabase() {
    this(Postgres::createMigrated);
  }

  /** A database with the tables of an older version. */
  FreshDatabase(String version) {
    this(Postgres::create);
    migrate(version);
  }

  private FreshDatabase(Consumer<String> create) {
    create.accept(name);
    pool.setJdbcUrl(Postgres.url(name));
    pool.setMaximumPoolSize(20);
    pool.setMinimumIdle(0);
    jdbc = JdbcClient.create(pool);
    node = new Node(Duration.ofMinutes(5), pool);
    partitions = new Partitions(jdbc);
    makePartitions = new MakePartitions(partitions, jdbc, node.transaction);
  }

  void migrate(String version) {
    Flyway.configure().dataSource(pool).target(version).load().migrate();
  }

  public DataSource pool() {
    return pool;
  }

  /** A second instance, as another node has it. */
  MakePartitions makePartitions() {
    return new MakePartitions(partitions, jdbc, node.transaction);
  }

  DropPartitions dropPartitions(Duration events, @Nullable Duration payloads) {
    return new DropPartitions(
        partitions, new RetentionSettings(events, payloads), jdbc, node.transaction);
  }

  /** The same as {@link #delivered}, in a shared workflow. */
  Delivery.Key deliveredTogether(Instant time) {
    Delivery.Key key = delivered(time);
    node.eventWorkflows.share(List.of(new AcceptedEvent(TENANT, key.eventId(), Node.TYPE, 1)));
    return key;
  }

  /** Adds a delivered event of this time, with its attempt. */
  public Delivery.Key delivered(Instant time) {
    Delivery.Key key = of(time, Delivery.State.DELIVERED);
    jdbc.sql(
            """
            insert into attempts (tenant, delivery_id, number, round, outcome, started_at,
              took_millis)
            values (:tenant, :id, 1, 1, 'delivered', now(), 1)
            """)
        .param("tenant", TENANT.name())
        .param("id", key.id().uuid())
        .update();
    return key;
  }

  Delivery.Key of(Instant time, Delivery.State state) {
    Delivery.Key key = open(time);
    node.transaction.executeWithoutResult(_ -> node.deliveries.add(key, state, null));
    return key;
  }

  /** Adds an open event of this time, in columns that every version of the tables has. */
  Delivery.Key open(Instant time) {
    SubscriptionId recipient = new SubscriptionId(UUID.randomUUID());
    EventId event = new EventId(id(time));
    jdbc.sql(
            """
            with event as (
              insert into events (tenant, id, type, content_type, recipients)
              values (:tenant, :id, :type, 'application/json', array[:recipient]::uuid[])),
            payload as (
              insert into payloads (tenant, event_id, payload) values (:tenant, :id, :payload))
            insert into open_events (tenant, event_id, missing, leased_until, leased_by)
            values (:tenant, :id, 1, now() + interval '1 minute', 'test')
            """)
        .param("tenant", TENANT.name())
        .param("id", event.uuid())
        .param("type", Node.TYPE)
        .param("recipient", recipient.uuid())
        .param("payload", Node.PAYLOAD)
        .update();
    return new Delivery.Key(TENANT, event, Node.TYPE, recipient);
  }

  /** The name of the partition that holds the event. */
  String partitionOf(EventId event) {
    return jdbc.sql("select cast(cast(tableoid as regclass) as text) from events where id = :id")
        .param("id", event.uuid())
        .query(String.class)
        .single();
  }

  List<String> names(Table table) {
    return partitions.of(table).stream().map(Partitions.Partition::name).toList();
  }

  private static UUID id(Instant time) {
    UUID random = UUID.randomUUID();
    return new UUID(
        time.toEpochMilli() << 16 | 0x7000 | (random.getMostSignificantBits() & 0xfff),
        random.getLeastSignificantBits());
  }

  @Override
  public void close() {
    pool.close();
    Postgres.jdbc().sql("drop database " + name).update();
  }
}
