package dev.homing.activities.delivery;

import dev.homing.activities.outbound.Attempt;
import dev.homing.activities.outbound.ResponseHeaders;
import dev.homing.workflows.DeliveryId;
import dev.homing.workflows.Tenant;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The attempts recorded in PostgreSQL. */
public final class RecordedAttempts {
  private final JdbcClient jdbc;

  public RecordedAttempts(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /**
   * Whether an attempt is recorded; its start identifies it.
   *
   * <p>After a commit whose answer was lost, the same attempt is recorded a second time.
   */
  boolean contains(Delivery.Key delivery, Attempt attempt) {
    return jdbc.sql(
            """
            select exists (
              select from attempts
              where tenant = :tenant and delivery_id = :delivery and started_at = :startedAt)
            """)
        .param("tenant", delivery.tenant().name())
        .param("delivery", delivery.id().uuid())
        .param("startedAt", startedAt(attempt))
        .query(Boolean.class)
        .single();
  }

  /** Adds an attempt of a locked delivery, with the next number. */
  void add(Delivery before, int round, Attempt attempt) {
    jdbc.sql(
            """
            insert into attempts (tenant, delivery_id, number, round, outcome, status_code,
              started_at, took_millis, error, response_body, response_headers, url, address)
            values (:tenant, :delivery, :number, :round, :outcome, :status,
              :startedAt, :took, :error, :body, cast(:headers as jsonb), :url,
              cast(:address as inet))
            """)
        .param("tenant", before.key().tenant().name())
        .param("delivery", before.key().id().uuid())
        .param("number", before.attemptCount() + 1)
        .param("round", round)
        .param("outcome", attempt.outcome().word())
        .param("status", attempt.outcome().status())
        .param("startedAt", startedAt(attempt))
        .param("took", attempt.took().toMillis())
        .param("error", attempt.outcome().detail())
        .param("body", attempt.responseBody())
        .param("headers", ResponseHeaders.json(attempt.responseHeaders()))
        .param("url", attempt.url())
        .param("address", attempt.address())
        .update();
  }

  /** All attempts of a delivery, first to last. */
  public List<RecordedAttempt> of(Tenant tenant, DeliveryId delivery) {
    return jdbc.sql(
            """
            select * from attempts
            where tenant = :tenant and delivery_id = :id
            order by number
            """)
        .param("tenant", tenant.name())
        .param("id", delivery.uuid())
        .query((row, _) -> recorded(row))
        .list();
  }

  public Optional<RecordedAttempt> last(Tenant tenant, DeliveryId delivery) {
    return jdbc.sql(
            """
            select * from attempts
            where tenant = :tenant and delivery_id = :id
            order by number desc limit 1
            """)
        .param("tenant", tenant.name())
        .param("id", delivery.uuid())
        .query((row, _) -> recorded(row))
        .optional();
  }

  /** The last attempt of each of these deliveries, without what was answered. */
  public Map<DeliveryId, RecordedAttempt> last(Tenant tenant, Collection<DeliveryId> deliveries) {
    return jdbc
        .sql(
            """
            select last.* from unnest(:ids::uuid[]) as asked (id)
            cross join lateral (
              select delivery_id, number, round, outcome, status_code, started_at, took_millis, error,
                cast(null as bytea) as response_body, cast(null as text) as response_headers,
                cast(null as text) as url, cast(null as text) as address
              from attempts
              where tenant = :tenant and delivery_id = asked.id
              order by number desc limit 1) last
            """)
        .param("tenant", tenant.name())
        .param("ids", deliveries.stream().map(DeliveryId::uuid).toArray(UUID[]::new))
        .query(
            (row, _) ->
                Map.entry(new DeliveryId(row.getObject("delivery_id", UUID.class)), recorded(row)))
        .list()
        .stream()
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  /** In microseconds, as PostgreSQL stores it. */
  private static OffsetDateTime startedAt(Attempt attempt) {
    return attempt.startedAt().truncatedTo(ChronoUnit.MICROS).atOffset(ZoneOffset.UTC);
  }

  private static RecordedAttempt recorded(ResultSet row) throws SQLException {
    return new RecordedAttempt(
        row.getInt("number"),
        row.getInt("round"),
        row.getString("outcome"),
        row.getObject("status_code", Integer.class),
        row.getObject("started_at", OffsetDateTime.class).toInstant(),
        row.getLong("took_millis"),
        row.getString("error"),
        row.getBytes("response_body"),
        ResponseHeaders.read(row.getString("response_headers")),
        row.getString("url"),
        row.getString("address"));
  }
}
