package dev.homing.activities.list;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.activities.Change;
import dev.homing.activities.backlog.BacklogCounts;
import dev.homing.activities.delivery.Delivery.State;
import dev.homing.activities.delivery.DeliveryList;
import dev.homing.activities.event.Events;
import dev.homing.activities.failing.FailingSubscriptions;
import dev.homing.activities.retention.FreshDatabase;
import dev.homing.activities.standing.StandingList;
import dev.homing.activities.statistics.Statistics;
import dev.homing.activities.subscription.SubscriptionKey;
import dev.homing.activities.subscription.SubscriptionList;
import dev.homing.activities.subscription.SubscriptionList.NotEnabled;
import dev.homing.activities.subscription.Subscriptions;
import dev.homing.workflows.EventId;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import jakarta.persistence.EntityManager;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.support.JpaRepositoryFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.SharedEntityManagerCreator;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Lists and statistics read a bounded number of rows: here a tenant has a million deliveries and
 * 100,000 subscriptions, and PostgreSQL says how many rows each question read.
 */
@Isolated("as it fills a database with millions of rows")
class ManyRowsTest {
  private static final FreshDatabase DATABASE = new FreshDatabase();
  private static final Tenant TENANT = FreshDatabase.TENANT;
  private static final int DAYS = 30;

  /** To find where a slice ends, to read it, and to look up outcomes; rows and entries. */
  private static final int MOST_READ = 2 * BoundedList.MOST + 20_000;

  /** Of those looked at: their ids, and they themselves. */
  private static final int MOST_SUBSCRIPTIONS = 4 * 10_000 + 2_000;

  /** One of each hundred deliveries was not delivered, in turn in these states. */
  private static final List<State> TROUBLED =
      List.of(State.RETRYING, State.HELD, State.FAILED, State.CANCELLED);

  private static final LocalContainerEntityManagerFactoryBean ENTITIES = entities();
  private static final TransactionTemplate TRANSACTIONS =
      new TransactionTemplate(new JpaTransactionManager(requireNonNull(ENTITIES.getObject())));

  private static Duration filledIn = Duration.ZERO;
  private static int questions;
  private static long longestMillis;

  @BeforeAll
  static void fill() {
    Instant start = Instant.now();
    Instant today = start.truncatedTo(ChronoUnit.DAYS);
    for (int days = 1; days <= DAYS; days++) {
      DATABASE.delivered(today.minus(Duration.ofDays(days)));
    }
    assertThat(DATABASE.makePartitions.make()).isTrue();
    for (String statement :
        """
        -- Spread over the days in the order of their numbers.
        create function seed_id(number bigint, kind int) returns uuid immutable parallel safe
          return (lpad(to_hex(START + number * 2591), 12, '0') || '7000' || '800' || kind
            || lpad(to_hex(number), 12, '0'))::uuid;
        insert into subscriptions (tenant, id, url, description, enabled, metadata, sealed_secret,
            version, created_at, updated_at)
          select 'default', seed_id(n, 1), 'https://receiver.test/', '', n % 100 > 0, '{}', '', 1,
            now(), now()
          from generate_series(0, 99999) n;
        insert into subscription_event_types
          select 'default', 'type-' || n % 20, seed_id(n, 1) from generate_series(0, 99999) n;
        insert into events (tenant, id, type, content_type, recipients)
          select 'default', seed_id(n * 10, 2), 'type-' || n % 20, 'text/plain', '{}'
          from generate_series(0, 99999) n;
        insert into deliveries (tenant, id, event_id, event_type, subscription_id, state,
            attempt_count)
          select 'default', seed_id(n, 3), seed_id(n, 2), 'type-' || n % 20,
            seed_id(case when n % 2 = 0 then 0 else n / 10 end, 1),
            case when n % 100 > 0 then 'delivered'
              else (array['retrying', 'held', 'failed', 'cancelled'])[1 + n / 100 % 4] end, 1
          from generate_series(0, 999999) n;
        insert into attempts (tenant, delivery_id, number, round, outcome, started_at, took_millis)
          select 'default', seed_id(n * 100, 3), 1, 1,
            case when n % 2 = 0 then 'timed_out' else 'refused' end, now(), 1
          from generate_series(0, 9999) n;
        insert into attempt_counts
          select 'default', s, t, date_trunc('hour', now()) - h * interval '1 hour', o, 9, 1, 0,
            '{0,1,2,3}', '{0,0,0,0,4}'
          from generate_series(0, 719) h,
            unnest(array['00000000-0000-0000-0000-000000000000'::uuid, seed_id(0, 1)]) s,
            unnest(array['delivered', 'refused']) o,
            (select '' as t union all select 'type-' || n from generate_series(0, 19) n) t;
        insert into attempt_counts
          select 'default', seed_id(n, 1), '', date_trunc('hour', now()) - h * interval '1 hour',
            'refused', n, 1, 0, '{0,1}', '{}'
          from generate_series(0, 99) h, generate_series(1, 1000) n;
        insert into attempt_counts
          select 'default', seed_id(n, 1), '', date_trunc('hour', now()), 'delivered', 1, 0, 0,
            '{0,1}', '{0,1}'
          from generate_series(1, 99999) n;
        update subscriptions set enabled = false, disabled_reason = 'failing'
          where id in (select seed_id(n, 1) from generate_series(50000, 69999) n);
        insert into standings (tenant, subscription_id, state, since, changed_at)
          select case when n < 20000 then 'default' else 'tenant-' || n % 300 end, seed_id(n, 1),
            'open', now() - n * interval '1 second', now()
          from generate_series(0, 49999) n;
        insert into failing_subscriptions
          select case when n < 20000 then 'default' else 'tenant-' || n % 300 end, seed_id(n, 1),
            now() - n * interval '10 seconds',
            case when n % 3 = 0 then now() else now() - interval '2 days' end
          from generate_series(0, 49999) n;
        """
            .replace("START", Long.toString(start.toEpochMilli() - 2_591_000_000L))
            .split(";\n", -1)) {
      if (!statement.isBlank()) {
        DATABASE.jdbc.sql(statement).update();
      }
    }
    for (String table :
        List.of(
            "subscriptions",
            "events",
            "deliveries",
            "attempts",
            "attempt_counts",
            "standings",
            "failing_subscriptions")) {
      DATABASE.jdbc.sql("vacuum analyze " + table).update();
    }
    filledIn = Duration.between(start, Instant.now());
  }

  private static LocalContainerEntityManagerFactoryBean entities() {
    var entities = new LocalContainerEntityManagerFactoryBean();
    entities.setDataSource(DATABASE.pool());
    entities.setPackagesToScan("dev.homing.activities");
    entities.setJpaVendorAdapter(new HibernateJpaVendorAdapter());
    entities.setJpaPropertyMap(
        Map.of(
            "hibernate.physical_naming_strategy",
            "org.hibernate.boot.model.naming.PhysicalNamingStrategySnakeCaseImpl"));
    entities.afterPropertiesSet();
    return entities;
  }

  /** Times are printed and not judged: machines differ. */
  @AfterAll
  static void drop() {
    System.out.printf(
        "Filled in %d ms; the longest of %d questions took %d ms%n",
        filledIn.toMillis(), questions, longestMillis);
    ENTITIES.destroy();
    DATABASE.close();
  }

  private static SubscriptionId subscription(int number) {
    return new SubscriptionId(id(number, 1));
  }

  private static UUID id(long number, int kind) {
    return DATABASE
        .jdbc
        .sql("select seed_id(:number, :kind)")
        .param("number", number)
        .param("kind", kind)
        .query(UUID.class)
        .single();
  }

  private static DeliveryList.Filter filter(
      @Nullable State state,
      @Nullable SubscriptionId subscription,
      @Nullable EventId event,
      @Nullable String type,
      @Nullable String outcome) {
    return new DeliveryList.Filter(
        state, subscription, event, type, outcome, BoundedList.FIRST, BoundedList.LAST);
  }

  /** Every combination of filters, which match much, little or nothing. */
  static Stream<DeliveryList.Filter> filters() {
    return Stream.concat(Stream.of((State) null), Stream.of(State.values()))
        .flatMap(
            state ->
                Stream.of(null, subscription(0), new SubscriptionId(id(0, 9)))
                    .flatMap(
                        subscription ->
                            Stream.of(null, "none")
                                .flatMap(
                                    type ->
                                        Stream.of(null, "refused", "delivered")
                                            .map(
                                                outcome ->
                                                    filter(
                                                        state,
                                                        subscription,
                                                        null,
                                                        type,
                                                        outcome)))));
  }

  @ParameterizedTest
  @MethodSource("filters")
  void ofDeliveriesAreBounded(DeliveryList.Filter filter) {
    assertReadsAtMost(MOST_READ, jdbc -> new DeliveryList(jdbc).newest(TENANT, filter, 51));
    assertReadsAtMost(
        MOST_READ, jdbc -> new DeliveryList(jdbc).changed(TENANT, filter, Change.NONE, 51));
  }

  @ParameterizedTest
  @EnumSource(names = {"RETRYING", "HELD", "FAILED", "CANCELLED"})
  void ofDeliveriesInTroubleAreReadByTheirIndex(State state) {
    Newest<?> found =
        assertReadsAtMost(
            200,
            jdbc ->
                new DeliveryList(jdbc).newest(TENANT, filter(state, null, null, null, null), 51));

    assertThat(TROUBLED).contains(state);
    assertThat(found.items()).hasSize(51);
  }

  /** Beside a first slice, which reaches beyond them. */
  @Test
  void ofAnEventAreReadByItsIds() {
    Newest<?> found =
        assertReadsAtMost(
            1_010,
            jdbc ->
                new DeliveryList(jdbc)
                    .newest(TENANT, filter(null, null, new EventId(id(5_000, 2)), null, null), 51));

    assertThat(found.items()).hasSize(1);
  }

  @ParameterizedTest
  @MethodSource("types")
  void ofEventsAreBounded(String type) {
    var filter =
        new Events.Filter(
            TENANT, type.isEmpty() ? null : type, BoundedList.FIRST, BoundedList.LAST);
    assertReadsAtMost(MOST_READ, jdbc -> new Events(jdbc).newest(filter, 51));
    assertReadsAtMost(MOST_READ, jdbc -> new Events(jdbc).appeared(filter, Change.NONE, 51));
  }

  /** A month and a half ago to two weeks ago: half of all. */
  @ParameterizedTest
  @MethodSource("filters")
  void betweenTwoTimesAreBounded(DeliveryList.Filter all) {
    var filter =
        new DeliveryList.Filter(
            all.state(),
            all.subscription(),
            null,
            all.eventType(),
            all.outcome(),
            id(100_000, 3),
            id(500_000, 3));
    assertReadsAtMost(MOST_READ, jdbc -> new DeliveryList(jdbc).newest(TENANT, filter, 51));
    assertReadsAtMost(
        MOST_READ, jdbc -> new DeliveryList(jdbc).changed(TENANT, filter, Change.NONE, 51));
  }

  @ParameterizedTest
  @MethodSource("types")
  void ofEventsBetweenTwoTimesAreBounded(String type) {
    var filter =
        new Events.Filter(TENANT, type.isEmpty() ? null : type, id(100_000, 2), id(500_000, 2));
    assertReadsAtMost(MOST_READ, jdbc -> new Events(jdbc).newest(filter, 51));
    assertReadsAtMost(MOST_READ, jdbc -> new Events(jdbc).appeared(filter, Change.NONE, 51));
  }

  /** Every combination of filters of subscriptions, which match much, little or nothing. */
  static Stream<SubscriptionList.Filter> subscriptionFilters() {
    return Stream.of(null, "type-3", "none")
        .flatMap(
            type ->
                Stream.of(null, true, false)
                    .flatMap(
                        enabled ->
                            Stream.of(null, NotEnabled.PAUSED, NotEnabled.DISABLED)
                                .flatMap(
                                    why ->
                                        Stream.of(null, "receiver", "nowhere")
                                            .map(
                                                text ->
                                                    new SubscriptionList.Filter(
                                                        TENANT,
                                                        type,
                                                        enabled,
                                                        why,
                                                        text,
                                                        BoundedList.FIRST,
                                                        BoundedList.LAST)))));
  }

  @ParameterizedTest
  @MethodSource("subscriptionFilters")
  void ofSubscriptionsAreBounded(SubscriptionList.Filter filter) {
    assertReadsAtMost(
        TRANSACTIONS,
        TENANT,
        MOST_SUBSCRIPTIONS,
        _ -> new SubscriptionList(entityManager()).newest(filter, 51));
  }

  /** The second to the fifth tenth of all. */
  @ParameterizedTest
  @MethodSource("subscriptionFilters")
  void ofSubscriptionsBetweenTwoTimesAreBounded(SubscriptionList.Filter all) {
    var filter =
        new SubscriptionList.Filter(
            TENANT,
            all.eventType(),
            all.enabled(),
            all.why(),
            all.text(),
            id(10_000, 1),
            id(50_000, 1));
    assertReadsAtMost(
        TRANSACTIONS,
        TENANT,
        MOST_SUBSCRIPTIONS,
        _ -> new SubscriptionList(entityManager()).newest(filter, 51));
  }

  static Stream<String> types() {
    return Stream.of("", "type-3", "none");
  }

  @Test
  void ofStatisticsAreBounded() {
    Instant until = Instant.now().plus(1, ChronoUnit.HOURS);
    for (SubscriptionId subscription : new @Nullable SubscriptionId[] {null, subscription(0)}) {
      for (String type : new @Nullable String[] {null, "type-3", "none"}) {
        var month =
            new Statistics.Filter(
                TENANT, subscription, type, until.minus(Duration.ofDays(31)), until);
        assertReadsAtMost(2_000, jdbc -> new Statistics(jdbc).total(month));
        assertReadsAtMost(2_000, jdbc -> new Statistics(jdbc).byHour(month));
        assertReadsAtMost(2_000, jdbc -> new Statistics(jdbc).byDay(month));
        assertReadsAtMost(31_000, jdbc -> new Statistics(jdbc).byEventType(month));
        assertReadsAtMost(
            3_000,
            jdbc ->
                new Statistics(jdbc)
                    .byHour(
                        new Statistics.Filter(
                            TENANT, null, type, until.minus(Duration.ofDays(1)), until),
                        Stream.iterate(0, n -> n + 1)
                            .limit(50)
                            .map(ManyRowsTest::subscription)
                            .toList()));
      }
    }
    var week = new Statistics.Filter(TENANT, null, null, until.minus(Duration.ofDays(7)), until);
    List<?> worst = assertReadsAtMost(30_000, jdbc -> new Statistics(jdbc).bySubscription(week));
    assertThat(worst).hasSize(Statistics.MAX_GROUPS);
  }

  @Test
  void countsOfWhatWaitsAreBounded() {
    assertReadsAtMost(BacklogCounts.COUNTED + 100, jdbc -> new BacklogCounts(jdbc).waiting(TENANT));
    assertReadsAtMost(BacklogCounts.COUNTED, jdbc -> new BacklogCounts(jdbc).most(TENANT, 10));
    assertReadsAtMost(
        BacklogCounts.COUNTED + 100,
        jdbc -> new BacklogCounts(jdbc).waiting(new SubscriptionKey(TENANT, subscription(0))));
  }

  /** Of 20,000 receivers of the tenant, and 50,000 of all. */
  @Test
  void whatNeedsAttentionIsBounded() {
    List<SubscriptionId> fifty =
        Stream.iterate(0, n -> n + 1).limit(50).map(ManyRowsTest::subscription).toList();

    Map<?, ?> inTrouble =
        assertReadsAtMost(20, jdbc -> new StandingList(jdbc).inTrouble(TENANT, 10));
    assertThat(inTrouble).hasSize(10);
    assertReadsAtMost(200, jdbc -> new StandingList(jdbc).of(TENANT, fifty));
    Map<?, ?> failing =
        assertReadsAtMost(10_100, jdbc -> new FailingSubscriptions(jdbc).since(TENANT, 10));
    assertThat(failing).hasSize(10);
    assertReadsAtMost(200, jdbc -> new FailingSubscriptions(jdbc).since(TENANT, fifty));
    List<?> disabled =
        assertReadsAtMost(
            TRANSACTIONS,
            TENANT,
            20,
            _ ->
                new JpaRepositoryFactory(entityManager())
                    .getRepository(Subscriptions.class)
                    .disabled(TENANT.name(), Limit.of(10)));
    assertThat(disabled).hasSize(10);
    assertReadsAtMost(
        BacklogCounts.COUNTED_OF_EACH + 10_000,
        jdbc -> new BacklogCounts(jdbc).waiting(TENANT, fifty));
  }

  /** Operators see all tenants. */
  @Test
  void whatNeedsAttentionElsewhereIsBounded() {
    Map<?, ?> tenants =
        assertReadsAtMost(
            DATABASE.node.transaction,
            null,
            2 * 5_000,
            jdbc -> new StandingList(jdbc).tenantsInTrouble(10));
    assertThat(tenants).hasSize(10);
    assertReadsAtMost(
        DATABASE.node.transaction,
        null,
        BacklogCounts.COUNTED_OF_EACH,
        jdbc -> new BacklogCounts(jdbc).ofTenants(List.of(TENANT, new Tenant("tenant-1"))));
  }

  private static EntityManager entityManager() {
    return SharedEntityManagerCreator.createSharedEntityManager(
        requireNonNull(ENTITIES.getObject()));
  }

  /** Asks as a tenant's request does, and looks how many rows that has read. */
  private static <T> T assertReadsAtMost(int rows, Function<JdbcClient, T> question) {
    return assertReadsAtMost(DATABASE.node.transaction, TENANT, rows, question);
  }

  /**
   * Asks twice: with a plan for these parameters, and with the one that PostgreSQL prepares for
   * any.
   *
   * @param caller null: an operator
   */
  private static <T> T assertReadsAtMost(
      TransactionOperations transaction,
      @Nullable Tenant caller,
      int rows,
      Function<JdbcClient, T> question) {
    assertReadsAtMost(transaction, caller, "force_custom_plan", rows, question);
    return assertReadsAtMost(transaction, caller, "force_generic_plan", rows, question);
  }

  private static <T> T assertReadsAtMost(
      TransactionOperations transaction,
      @Nullable Tenant caller,
      String plan,
      int rows,
      Function<JdbcClient, T> question) {
    return requireNonNull(
        transaction.execute(
            _ -> {
              DATABASE.jdbc.sql("set local plan_cache_mode = " + plan).update();
              if (caller != null) {
                DATABASE.jdbc.sql("set local role homing_tenant").update();
                DATABASE
                    .jdbc
                    .sql("select set_config('homing.tenant', :tenant, true)")
                    .param("tenant", caller.name())
                    .query(String.class)
                    .single();
              }
              long before = rowsRead();
              Instant start = Instant.now();
              T answer = question.apply(DATABASE.jdbc);
              long millis = Duration.between(start, Instant.now()).toMillis();
              long after = rowsRead();
              questions++;
              longestMillis = Math.max(longestMillis, millis);
              assertThat(after - before).as("rows read, " + plan).isLessThanOrEqualTo(rows);
              return answer;
            }));
  }

  /**
   * How many rows of tables and entries of indexes this transaction has read so far: a scan of an
   * index alone reads no rows.
   */
  private static long rowsRead() {
    return DATABASE
        .jdbc
        .sql(
            """
            select sum(pg_stat_get_xact_tuples_returned(oid)) from pg_class
            where relnamespace = 'public'::regnamespace
            """)
        .query(Long.class)
        .single();
  }
}
