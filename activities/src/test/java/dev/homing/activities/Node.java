package dev.homing.activities;

import static java.util.Objects.requireNonNull;

import dev.homing.activities.delivery.AttemptLog;
import dev.homing.activities.delivery.Deliveries;
import dev.homing.activities.delivery.DeliveryWorkflows;
import dev.homing.activities.delivery.Destinations;
import dev.homing.activities.delivery.DurableLane;
import dev.homing.activities.delivery.Egress;
import dev.homing.activities.delivery.ExpressLane;
import dev.homing.activities.delivery.HttpSender;
import dev.homing.activities.delivery.OutboundClient;
import dev.homing.activities.delivery.Slots;
import dev.homing.activities.event.Events;
import dev.homing.activities.event.OpenEvents;
import dev.homing.activities.subscription.DeliverySettings;
import dev.homing.activities.subscription.GoneReceivers;
import dev.homing.activities.subscription.Receivers;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import dev.homing.workflows.event.AcceptedEvent;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;
import okhttp3.OkHttpClient;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** What one node of Homing runs, put together as the app does; two share the database only. */
public final class Node {
  public static final byte[] PAYLOAD = "{\"order\": 1}".getBytes(StandardCharsets.UTF_8);
  public static final String TYPE = "order.created";
  private static final OkHttpClient CLIENT = OutboundClient.build(Destinations.everywhere());

  public final DeliverySettings settings =
      new DeliverySettings(20, Duration.ofSeconds(5), Duration.ofHours(12), Duration.ofSeconds(10));
  public final TemporalCalls temporal = new TemporalCalls();
  public final MeterRegistry metrics = new SimpleMeterRegistry();
  public final Egress egress = new Egress();
  public final TransactionTemplate transaction;
  public final OpenEvents open;
  public final Events events;
  public final Deliveries deliveries;
  public final Receivers receivers;
  public final GoneReceivers goneReceivers;
  public final AttemptLog attemptLog;
  public final ExpressLane express;
  public final DurableLane durable;

  /** As a rule: a lease that lasts as long as any test. */
  public Node() {
    this(Duration.ofMinutes(5));
  }

  public Node(Duration lease) {
    this(lease, Postgres.pool());
  }

  public Node(Duration lease, DataSource database) {
    JdbcClient jdbc = JdbcClient.create(database);
    transaction = new TransactionTemplate(new JdbcTransactionManager(database));
    HttpSender sender = new HttpSender(CLIENT, Clock.systemUTC(), egress, "1");
    open = new OpenEvents(jdbc, lease);
    events = new Events(jdbc, open);
    deliveries = new Deliveries(jdbc, open);
    receivers = new Receivers(jdbc, SampleSubscriptions.SECRETS, settings);
    goneReceivers = new GoneReceivers(jdbc, transaction);
    // In the middle of the jitter's range: waits are exactly the schedule's.
    attemptLog = new AttemptLog(deliveries, goneReceivers, jdbc, transaction, metrics, () -> 0.5);
    express =
        new ExpressLane(
            events,
            open,
            receivers,
            deliveries,
            sender,
            attemptLog,
            new DeliveryWorkflows(temporal.client()),
            new Slots(512),
            transaction);
    durable = new DurableLane(events, receivers, deliveries, sender, attemptLog, transaction);
  }

  /** Accepts an event here, which may then send it first. */
  public AcceptedEvent accept(Tenant tenant, List<SubscriptionId> recipients) {
    AcceptedEvent event = new AcceptedEvent(tenant, SampleIds.event(), TYPE, recipients.size());
    events.handOver(
        requireNonNull(
            transaction.execute(_ -> events.add(event, "application/json", PAYLOAD, recipients))));
    return event;
  }

  public AcceptedEvent accept(Tenant tenant, SubscriptionId... recipients) {
    return accept(tenant, List.of(recipients));
  }
}
