package dev.homing.app.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.activities.Change;
import dev.homing.activities.list.BoundedList;
import dev.homing.activities.list.Changed;
import dev.homing.app.journey.RunningHoming;
import dev.homing.workflows.Tenant;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The audit log reads a bounded number of entries: here one tenant has 299,700, and another 300.
 */
@Isolated("as it fills a database with many rows")
class ManyEntriesTest {
  private static final RunningHoming HOMING = RunningHoming.apart("many-entries");
  private static final JdbcClient JDBC = HOMING.bean(JdbcClient.class);
  private static final AuditLog AUDIT_LOG = HOMING.bean(AuditLog.class);

  /** To find where a slice ends, and to read it; rows and entries of indexes. */
  private static final int MOST_READ = 3 * BoundedList.MOST + 20_000;

  /** One entry of the oldest thousand is by this actor. */
  private static final String RARE = "hk_rare";

  @BeforeAll
  static void fill() {
    JDBC.sql(
            """
            insert into audit_log (tenant, id, actor, action, target, fields, address, request_id)
            select case when n % 1000 = 0 then 'other' else 'default' end,
              (lpad(to_hex(:start + n), 12, '0') || '7000' || '8000'
                || lpad(to_hex(n), 12, '0'))::uuid,
              case when n = 501 then :rare else 'admin_key' end,
              case when n % 2 = 0 then 'subscription.changed' else 'key.created' end,
              'sub_' || n % 1000, '{}', '127.0.0.1', 'req_' || n
            from generate_series(1, 300000) n
            """)
        .param("start", Instant.now().minusSeconds(3_600).toEpochMilli())
        .param("rare", RARE)
        .update();
    JDBC.sql("vacuum analyze audit_log").update();
  }

  @AfterAll
  static void close() {
    HOMING.close();
  }

  /** Every combination of filters, which match much, little or nothing. */
  static Stream<AuditLog.Filter> filters() {
    return Stream.of(Tenant.DEFAULT, new Tenant("other"), null)
        .flatMap(
            tenant ->
                Stream.of(null, Action.KEY_CREATED, Action.TENANT_CREATED)
                    .flatMap(
                        action ->
                            Stream.of(null, "sub_7", "none")
                                .flatMap(
                                    target ->
                                        Stream.of(null, "admin_key", RARE)
                                            .map(actor -> filter(tenant, action, target, actor)))));
  }

  private static AuditLog.Filter filter(
      @Nullable Tenant tenant,
      @Nullable Action action,
      @Nullable String target,
      @Nullable String actor) {
    return new AuditLog.Filter(tenant, action, target, actor, BoundedList.FIRST, BoundedList.LAST);
  }

  @ParameterizedTest
  @MethodSource("filters")
  void readsAreBounded(AuditLog.Filter filter) {
    assertReadsFew(null, () -> AUDIT_LOG.newest(filter, 51).items());
    assertReadsFew(
        null,
        () ->
            AUDIT_LOG.appeared(filter, Change.NONE, 51).items().stream()
                .map(Changed.Item::item)
                .toList());
  }

  /** The middle third. */
  @ParameterizedTest
  @MethodSource("filters")
  void readsBetweenTwoTimesAreBounded(AuditLog.Filter all) {
    var filter =
        new AuditLog.Filter(
            all.tenant(), all.action(), all.target(), all.actor(), id(100_000), id(200_000));
    assertReadsFew(null, () -> AUDIT_LOG.newest(filter, 51).items());
  }

  private static UUID id(int entry) {
    return JDBC.sql("select id from audit_log where request_id = :request")
        .param("request", "req_" + entry)
        .query(UUID.class)
        .single();
  }

  /** Requests of tenants always have one. */
  static Stream<AuditLog.Filter> filtersOfTenants() {
    return filters().filter(filter -> filter.tenant() != null);
  }

  @ParameterizedTest
  @MethodSource("filtersOfTenants")
  void tenantsReadAsLittle(AuditLog.Filter filter) {
    assertReadsFew(filter.tenant(), () -> AUDIT_LOG.newest(filter, 51).items());
  }

  /**
   * Asks as a request of this tenant does, with a plan for these parameters, and with the one that
   * PostgreSQL prepares for any.
   *
   * @param tenant null: an operator
   */
  private static void assertReadsFew(
      @Nullable Tenant tenant, Supplier<List<AuditLog.Entry>> question) {
    assertReadsFew(tenant, "force_custom_plan", question);
    assertReadsFew(tenant, "force_generic_plan", question);
  }

  private static void assertReadsFew(
      @Nullable Tenant tenant, String plan, Supplier<List<AuditLog.Entry>> question) {
    HOMING
        .bean(TransactionTemplate.class)
        .executeWithoutResult(
            _ -> {
              JDBC.sql("set local plan_cache_mode = " + plan).update();
              if (tenant != null) {
                JDBC.sql("set local role homing_tenant").update();
                JDBC.sql("select set_config('homing.tenant', :tenant, true)")
                    .param("tenant", tenant.name())
                    .query(String.class)
                    .single();
              }
              long before = rowsRead();

              List<AuditLog.Entry> found = question.get();

              assertThat(rowsRead() - before)
                  .as("rows read, " + plan)
                  .isBetween(1L, (long) MOST_READ);
              assertThat(found).allMatch(entry -> tenant == null || entry.tenant().equals(tenant));
            });
  }

  /** How many rows and entries of indexes this transaction has read so far. */
  private static long rowsRead() {
    return JDBC.sql(
            """
            select sum(pg_stat_get_xact_tuples_returned(oid)) from pg_class
            where relname like 'audit_log%'
            """)
        .query(Long.class)
        .single();
  }
}
