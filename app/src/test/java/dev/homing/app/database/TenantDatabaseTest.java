package dev.homing.app.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.homing.app.development.RealParts;
import dev.homing.app.journey.Api;
import dev.homing.app.journey.RunningHoming;
import dev.homing.workflows.Tenant;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** What PostgreSQL itself keeps apart, were a query to forget its tenant. */
class TenantDatabaseTest {
  private static final Tenant OURS = new Tenant("ours");
  private static final Tenant THEIRS = new Tenant("theirs");

  private static final DatabaseUrl URL =
      DatabaseUrl.parse(RealParts.shared().postgres().database("rows")).orElseThrow();
  private static final HikariDataSource OWNERS = owners();
  private static final TenantDatabase TENANTS =
      new TenantDatabase(URL, 8, new SimpleMeterRegistry());

  private static HikariDataSource owners() {
    HikariDataSource pool = new HikariDataSource();
    pool.setJdbcUrl(URL.getJdbcUrl());
    pool.setUsername(URL.getUsername());
    pool.setPassword(URL.getPassword());
    return pool;
  }

  /** A row of each of the two in every table. */
  @BeforeAll
  static void fill() {
    Flyway.configure().dataSource(OWNERS).load().migrate();
    JdbcClient.create(OWNERS)
        .sql(
            """
            insert into tenants values ('ours'), ('theirs');
            insert into subscriptions (tenant, id, url, description, enabled, metadata,
                sealed_secret, version, created_at, updated_at)
              select tenant, gen_random_uuid(), 'https://nowhere.invalid', '', true, '{}', '', 1,
                now(), now()
              from tenants;
            insert into subscription_event_types select tenant, 'a', id from subscriptions;
            insert into events (tenant, id, type, content_type, recipients)
              select tenant, id, 'a', 'text/plain', array[id] from subscriptions;
            insert into payloads select tenant, id, '' from events;
            insert into event_workflows select tenant, id, id from events;
            insert into open_events (tenant, event_id, missing, leased_until, leased_by)
              select tenant, id, 1, now(), '' from events;
            insert into deliveries (tenant, id, event_id, event_type, subscription_id, state)
              select tenant, id, id, 'a', id, 'retrying' from events;
            insert into attempts (tenant, delivery_id, number, round, outcome, started_at,
                took_millis)
              select tenant, id, 1, 1, 'timeout', now(), 1 from events;
            insert into standings (tenant, subscription_id, state)
              select tenant, id, 'open' from subscriptions;
            insert into failing_subscriptions (tenant, subscription_id)
              select tenant, id from subscriptions;
            insert into sequences (tenant, subscription_id, ordering_key, head, last_number, waits)
              select tenant, id, 'a', id, 1, false from subscriptions;
            insert into attempt_counts select tenant, id, '', now(), 'refused', 1, 0, 0, '{1}', '{}'
              from subscriptions;
            insert into audit_log (tenant, id, actor, action, target, fields, address, request_id)
              select tenant, gen_random_uuid(), '', '', '', '{}', '', '' from tenants;
            insert into api_keys (id, tenant, description, scopes, secret_hash)
              select gen_random_uuid(), tenant, '', '{}', '' from tenants;
            insert into event_keys
              select tenant, 'external_id', 'x', '', id, 'a', 1, now() from events;
            """)
        .update();
  }

  @AfterAll
  static void close() {
    TENANTS.destroy();
    OWNERS.close();
  }

  @AutoClose private final Connection connection = TENANTS.connection(OURS);
  private final JdbcClient ours = jdbc(connection);

  TenantDatabaseTest() throws SQLException {}

  private static JdbcClient jdbc(Connection connection) {
    return JdbcClient.create(new SingleConnectionDataSource(connection, true));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "event_keys",
        "tenants",
        "subscriptions",
        "subscription_event_types",
        "events",
        "payloads",
        "event_workflows",
        "open_events",
        "deliveries",
        "attempts",
        "standings",
        "failing_subscriptions",
        "sequences",
        "attempt_counts",
        "audit_log"
      })
  void everyQueryShowsOnlyTheTenantsRows(String table) {
    assertThat(tenants(ours, table)).containsExactly("ours");
    assertThat(tenants(JdbcClient.create(OWNERS), table)).contains("ours", "theirs");
  }

  private static List<String> tenants(JdbcClient jdbc, String table) {
    return jdbc.sql("select tenant from " + table).query((row, _) -> row.getString(1)).list();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "update tenants set routes_version = 9",
        "update subscriptions set url = ''",
        "update deliveries set state = 'failed'",
        "update open_events set missing = 0",
        "delete from subscription_event_types",
        "delete from open_events",
        "delete from failing_subscriptions",
        "update standings set next_look = now()"
      })
  void everyStatementChangesOnlyTheTenantsRows(String sql) throws SQLException {
    connection.setAutoCommit(false);

    assertThat(ours.sql(sql).update()).isEqualTo(1);

    connection.rollback();
    connection.setAutoCommit(true);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "insert into subscriptions select 'theirs', gen_random_uuid(), url, description, enabled,"
            + " null, metadata, null, null, null, null, sealed_secret, 1, now(), now()"
            + " from subscriptions",
        "insert into deliveries (tenant, id, event_id, event_type, subscription_id, state)"
            + " select 'theirs', gen_random_uuid(), event_id, 'a', subscription_id, 'held'"
            + " from deliveries",
        "insert into audit_log (tenant, id, actor, action, target, fields, address, request_id)"
            + " values ('theirs', gen_random_uuid(), '', '', '', '{}', '', '')",
        "insert into standings (tenant, subscription_id, state)"
            + " values ('theirs', gen_random_uuid(), 'closed')",
        "update deliveries set tenant = 'theirs'"
      })
  void aTenantWritesNoRowOfAnother(String sql) {
    assertThatThrownBy(() -> ours.sql(sql).update()).hasStackTraceContaining("row-level security");
  }

  /** Whoever adds a table has to think of it. */
  @Test
  void tablesWithoutRowSecurityAreClosed() {
    List<String> open =
        JdbcClient.create(OWNERS)
            .sql(
                """
                select relname from pg_class
                where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p', 'v')
                  and (has_any_column_privilege('homing_tenant', oid, 'select, insert, update')
                    or has_table_privilege('homing_tenant', oid, 'delete, truncate'))
                  and not relrowsecurity
                """)
            .query((row, _) -> row.getString(1))
            .list();

    assertThat(open).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"api_keys", "events_default", "sequence_entries", "flyway_schema_history"})
  void operatorsTablesAreClosed(String table) {
    assertThatThrownBy(() -> ours.sql("select count(*) from " + table).query().singleValue())
        .hasStackTraceContaining("permission denied");
  }

  @Test
  void aConnectionActsForTheRequestedTenant() throws SQLException {
    for (Tenant tenant : List.of(OURS, THEIRS, OURS)) {
      try (Connection theirs = TENANTS.connection(tenant)) {
        assertThat(tenants(jdbc(theirs), "events")).containsExactly(tenant.name());
      }
    }
  }

  @Test
  void withoutATenantNoRowIsVisible() throws SQLException {
    try (Connection unnamed =
        DriverManager.getConnection(URL.getJdbcUrl(), URL.getUsername(), URL.getPassword())) {
      JdbcClient jdbc = jdbc(unnamed);
      jdbc.sql("set role homing_tenant").update();

      assertThatThrownBy(() -> tenants(jdbc, "events")).hasStackTraceContaining("homing.tenant");
    }
  }

  @Test
  void onlyRequestsOfTenantsUseThisPool() {
    RunningHoming homing = RunningHoming.withAdminKey();
    String name = "apart-" + UUID.randomUUID();
    homing.admin().post("/tenants", Map.of("name", name)).expect(201);
    Api.Answer key =
        homing.admin().post("/keys", Map.of("tenant", name, "scopes", List.of("read"))).expect(201);
    Api tenant = homing.api().authorized("Bearer " + Api.text(key.json(), "key"));
    // Other tests ask the same instance at the same time, but not at every moment.
    await()
        .untilAsserted(
            () -> {
              double before = connectionsOfTenants(homing);
              homing.admin().get("/subscriptions").expect(200);
              assertThat(connectionsOfTenants(homing)).isEqualTo(before);
            });

    double before = connectionsOfTenants(homing);
    tenant.get("/subscriptions").expect(200);
    assertThat(connectionsOfTenants(homing)).isGreaterThan(before);
  }

  /** How many were ever given out. */
  private static double connectionsOfTenants(RunningHoming homing) {
    return Arrays.stream(homing.management().get("/actuator/prometheus").text().split("\n", -1))
        .filter(line -> line.startsWith("hikaricp_connections_acquire_seconds_count"))
        .filter(line -> line.contains("pool=\"tenants\""))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .sum();
  }
}
