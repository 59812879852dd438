package dev.homing.activities;

import dev.homing.activities.backlog.Availability;
import dev.homing.activities.backlog.Backlog;
import dev.homing.activities.backlog.BacklogCounts;
import dev.homing.activities.backlog.BacklogRuns;
import dev.homing.activities.backlog.DrainLeases;
import dev.homing.activities.backlog.DrainParts;
import dev.homing.activities.backlog.Drains;
import dev.homing.activities.backlog.DurableDrain;
import dev.homing.activities.delivery.AttemptLog;
import dev.homing.activities.delivery.AttemptLogger;
import dev.homing.activities.delivery.AttemptMetrics;
import dev.homing.activities.delivery.Deliveries;
import dev.homing.activities.delivery.DeliveryList;
import dev.homing.activities.delivery.DrainedResults;
import dev.homing.activities.delivery.FirstResults;
import dev.homing.activities.delivery.OverdueDeliveries;
import dev.homing.activities.delivery.ParkedDeliveries;
import dev.homing.activities.delivery.PendingNotices;
import dev.homing.activities.delivery.RecordedAttempts;
import dev.homing.activities.delivery.WaitingDeliveries;
import dev.homing.activities.event.AcceptEvents;
import dev.homing.activities.event.Acceptance;
import dev.homing.activities.event.Events;
import dev.homing.activities.event.Leases;
import dev.homing.activities.event.OpenEvents;
import dev.homing.activities.event.OwnEvents;
import dev.homing.activities.event.SharedWorkflows;
import dev.homing.activities.event.Submission;
import dev.homing.activities.failing.DisableFailing;
import dev.homing.activities.failing.FailingSettings;
import dev.homing.activities.failing.FailingSubscriptions;
import dev.homing.activities.failing.FailureWatch;
import dev.homing.activities.lane.Content;
import dev.homing.activities.lane.DurableLane;
import dev.homing.activities.lane.EarlyStart;
import dev.homing.activities.lane.ExpressLane;
import dev.homing.activities.lane.SendFirstAttempts;
import dev.homing.activities.outbound.Egress;
import dev.homing.activities.outbound.HttpSender;
import dev.homing.activities.outbound.SampleClients;
import dev.homing.activities.pace.Pacing;
import dev.homing.activities.routing.RedisRoutes;
import dev.homing.activities.routing.Route;
import dev.homing.activities.routing.Routes;
import dev.homing.activities.sequence.AdvanceSequences;
import dev.homing.activities.sequence.Sequences;
import dev.homing.activities.slots.SendingLimits;
import dev.homing.activities.standing.KnownStandings;
import dev.homing.activities.standing.OwnRetries;
import dev.homing.activities.standing.Standings;
import dev.homing.activities.statistics.AttemptCounters;
import dev.homing.activities.subscription.DeliverySettings;
import dev.homing.activities.subscription.DisableSubscriptions;
import dev.homing.activities.subscription.Order;
import dev.homing.activities.subscription.Receivers;
import dev.homing.activities.temporal.DeliveryWorkflows;
import dev.homing.activities.temporal.TemporalCalls;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import dev.homing.workflows.event.AcceptedEvent;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import javax.sql.DataSource;
import okhttp3.OkHttpClient;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** One node of Homing, wired as in the app; two nodes share nothing but the database. */
public final class Node {
  public static final byte[] PAYLOAD = "{\"order\": 1}".getBytes(StandardCharsets.UTF_8);
  public static final String TYPE = "order.created";

  /** Failed first attempts of a subscription that get a workflow of their own. */
  public static final int OWN_RETRIES = 10;

  /** How long a subscription may fail. */
  public static final Duration DISABLE_AFTER = Duration.ofDays(5);

  private static final StringRedisTemplate REDIS = Redis.at(Redis.port());
  private static final OkHttpClient CLIENT = SampleClients.toAnywhere();

  public final DeliverySettings settings =
      new DeliverySettings(20, Duration.ofSeconds(5), Duration.ofHours(12), Duration.ofSeconds(10));
  public final TemporalCalls temporal = new TemporalCalls();
  public final MeterRegistry metrics = new SimpleMeterRegistry();
  public final Egress egress = new Egress();
  public final TransactionTemplate transaction;
  public final FairTransactions fair;
  private final JdbcClient jdbc;
  private final Routes routes;
  public final OpenEvents open;
  public final Leases leases;
  public final AcceptEvents accepting;
  public final Events events;
  public final SharedWorkflows eventWorkflows;
  public final Deliveries deliveries;
  public final DeliveryList list;
  public final WaitingDeliveries waiting;
  public final ParkedDeliveries parked;
  public final OverdueDeliveries overdue;
  public final PendingNotices notices;
  public final Receivers receivers;
  public final DisableSubscriptions disabling;
  public final RecordedAttempts attempts;
  public final AttemptLog attemptLog;
  public final SendingLimits limits;
  private final SendFirstAttempts sendFirst;
  public final EarlyStart earlyStart;
  public final ExpressLane express;
  public final DurableLane durable;
  public final Standings standings;
  public final KnownStandings knownStandings;
  public final Backlog backlog;
  public final Sequences sequences;
  public final AdvanceSequences advanceSequences;
  public final DrainParts drainParts;
  public final Drains drains;
  public final BacklogRuns backlogRuns;
  public final BacklogCounts backlogCounts;
  public final DurableDrain durableDrain;
  public final FailingSubscriptions failing;
  public final FailureWatch failureWatch;
  public final DisableFailing disableFailing;
  public final AttemptCounters counters = new AttemptCounters();

  /** A node whose leases outlast any test. */
  public Node() {
    this(Duration.ofMinutes(5));
  }

  public Node(Duration lease) {
    this(lease, Postgres.pool());
  }

  /** A node that makes so many attempts at once. */
  public Node(int slots) {
    this(Duration.ofMinutes(5), Postgres.pool(), slots);
  }

  public Node(Duration lease, DataSource database) {
    this(lease, database, 512);
  }

  private Node(Duration lease, DataSource database, int slots) {
    jdbc = JdbcClient.create(database);
    transaction = new TransactionTemplate(new JdbcTransactionManager(database));
    fair = new FairTransactions(new JdbcTransactionManager(database), 12);
    HttpSender sender = new HttpSender(CLIENT, Clock.systemUTC(), egress, "1");
    open = new OpenEvents(jdbc);
    leases = new Leases(jdbc, lease);
    routes = new Routes(new RedisRoutes(REDIS), jdbc, Runnable::run, metrics);
    accepting = new AcceptEvents(routes, leases, jdbc, transaction, SampleIds::uuid, metrics);
    events = new Events(jdbc);
    eventWorkflows = new SharedWorkflows(jdbc);
    standings = new Standings(jdbc);
    deliveries = new Deliveries(jdbc, open);
    list = new DeliveryList(jdbc);
    OwnRetries ownRetries = new OwnRetries(OWN_RETRIES);
    waiting = new WaitingDeliveries(jdbc, open, standings, ownRetries, deliveries);
    parked = new ParkedDeliveries(jdbc);
    overdue = new OverdueDeliveries(jdbc);
    notices = new PendingNotices(jdbc);
    receivers = new Receivers(jdbc, SampleSubscriptions.SECRETS, settings, Order.MAX_BLOCK);
    disabling =
        new DisableSubscriptions(
            jdbc, transaction, new OwnEvents(jdbc, leases, SampleIds::uuid), Clock.systemUTC());
    attempts = new RecordedAttempts(jdbc);
    knownStandings = new KnownStandings(standings);
    backlog = new Backlog(jdbc, standings, transaction);
    failing = new FailingSubscriptions(jdbc);
    FailingSettings failingSettings = new FailingSettings(DISABLE_AFTER);
    failureWatch = new FailureWatch(failing, failingSettings);
    disableFailing = new DisableFailing(failing, disabling, waiting, failingSettings);
    sequences = new Sequences(jdbc, standings, transaction, Order.MAX_BLOCK);
    advanceSequences = new AdvanceSequences(sequences, receivers);
    // In the middle of the jitter's range: waits are exactly the schedule's.
    attemptLog =
        new AttemptLog(
            deliveries,
            waiting,
            disabling,
            attempts,
            new FirstResults(open, standings, jdbc),
            new DrainedResults(deliveries, jdbc),
            fair,
            List.of(
                new AttemptMetrics(metrics),
                new AttemptLogger(),
                new Availability(knownStandings, ownRetries),
                failureWatch,
                advanceSequences,
                counters),
            () -> 0.5);
    limits = new SendingLimits(slots);
    Pacing pacing = new Pacing(REDIS);
    sendFirst =
        new SendFirstAttempts(
            leases,
            deliveries,
            sender,
            attemptLog,
            limits,
            pacing,
            knownStandings,
            ownRetries,
            fair);
    earlyStart = new EarlyStart(leases, receivers, sendFirst, egress);
    express =
        new ExpressLane(
            events,
            open,
            leases,
            eventWorkflows,
            receivers,
            deliveries,
            waiting,
            sendFirst,
            earlyStart,
            new DeliveryWorkflows(temporal.client()),
            fair);
    durable =
        new DurableLane(
            events,
            receivers,
            deliveries,
            parked,
            sender,
            attemptLog,
            attempts,
            knownStandings,
            backlog,
            pacing,
            fair);
    drainParts =
        new DrainParts(
            new DrainLeases(jdbc, transaction),
            backlog,
            sequences,
            knownStandings,
            waiting,
            receivers,
            events,
            sender,
            attemptLog,
            limits,
            pacing,
            Clock.systemUTC());
    drains = new Drains(drainParts);
    backlogRuns = new BacklogRuns(jdbc, transaction);
    backlogCounts = new BacklogCounts(jdbc);
    durableDrain = new DurableDrain(drains, drainParts, backlogRuns, backlogCounts);
  }

  /** Accepts an event on this node, which may send it first, for these recipients only. */
  public AcceptedEvent accept(Tenant tenant, List<SubscriptionId> recipients) {
    return accept(tenant, recipients, SampleIds.uuid());
  }

  /** The same, with this id, which holds the time of the event. */
  public AcceptedEvent accept(Tenant tenant, List<SubscriptionId> recipients, UUID id) {
    Leases.Lease lease = commit(tenant, recipients, id).lease();
    leases.offer(lease);
    return lease.event();
  }

  /** Accepts an event on this node, and begins to send it. */
  public AcceptedEvent begin(Tenant tenant, List<SubscriptionId> recipients) {
    return begin(earlyStart, tenant, recipients);
  }

  /** The same, with another {@link EarlyStart}. */
  public AcceptedEvent begin(EarlyStart early, Tenant tenant, List<SubscriptionId> recipients) {
    Acceptance.New accepted = commit(tenant, recipients, SampleIds.uuid());
    AcceptedEvent event = accepted.lease().event();
    early.begin(accepted, new Content(event, "application/json", PAYLOAD, null, 0));
    return event;
  }

  /** One with little room. */
  public EarlyStart earlyStart(int roomKib) {
    return new EarlyStart(leases, receivers, sendFirst, egress, roomKib);
  }

  /** One that gives events these ids, which hold their times. */
  public AcceptEvents accepting(Supplier<UUID> ids) {
    return new AcceptEvents(routes, leases, jdbc, transaction, ids, metrics);
  }

  private Acceptance.New commit(Tenant tenant, List<SubscriptionId> recipients, UUID id) {
    Route route = new Route(Postgres.routesVersion(tenant), recipients);
    return (Acceptance.New)
        accepting(() -> id)
            .accept(
                List.of(
                    new Submission(tenant, TYPE, "application/json", PAYLOAD, null, null, route)))
            .getFirst();
  }

  public AcceptedEvent accept(Tenant tenant, SubscriptionId... recipients) {
    return accept(tenant, List.of(recipients));
  }
}
