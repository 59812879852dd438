package dev.homing.app.access;

import dev.homing.workflows.Tenant;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** All keys, as PostgreSQL has them. */
@Component
class ApiKeys {
  private final JdbcClient jdbc;

  ApiKeys(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /** Empty if there is no such tenant. */
  Optional<ApiKey> add(
      ApiKeyToken key,
      Tenant tenant,
      String description,
      Set<Scope> scopes,
      @Nullable Instant expiresAt) {
    return jdbc.sql(
            """
            insert into api_keys (id, tenant, description, scopes, secret_hash, expires_at)
            select :id, tenant, :description, :scopes, :hash, cast(:expiresAt as timestamptz)
            from tenants where tenant = :tenant
            returning *
            """)
        .param("id", key.id().uuid())
        .param("tenant", tenant.name())
        .param("description", description)
        .param("scopes", scopes.stream().map(Scope::word).toArray(String[]::new))
        .param("hash", key.hash())
        .param("expiresAt", expiresAt == null ? null : expiresAt.atOffset(ZoneOffset.UTC))
        .query((row, _) -> read(row))
        .optional();
  }

  Optional<ApiKey> find(KeyId id) {
    return jdbc.sql("select * from api_keys where id = :id")
        .param("id", id.uuid())
        .query((row, _) -> read(row))
        .optional();
  }

  /**
   * Newest first.
   *
   * @param tenant whose; null: all
   * @param from the first id that counts, and {@code before} the first that does not
   */
  List<ApiKey> list(@Nullable Tenant tenant, UUID from, UUID before, int most) {
    return jdbc.sql(
            """
            select * from api_keys
            where id >= :from and id < :before and (cast(:tenant as text) is null or tenant = :tenant)
            order by id desc limit :most
            """)
        .param("from", from)
        .param("before", before)
        .param("tenant", tenant == null ? null : tenant.name())
        .param("most", most)
        .query((row, _) -> read(row))
        .list();
  }

  /** False if there is none, or it was revoked before: nothing is changed then. */
  boolean revoke(KeyId id) {
    return jdbc.sql("update api_keys set revoked_at = now() where id = :id and revoked_at is null")
            .param("id", id.uuid())
            .update()
        == 1;
  }

  /** Unless another node has written it within the minute. */
  void noteUse(KeyId id) {
    jdbc.sql(
            """
            update api_keys set last_used_at = now()
            where id = :id
              and (last_used_at is null or last_used_at < now() - interval '1 minute')
            """)
        .param("id", id.uuid())
        .update();
  }

  private static ApiKey read(ResultSet row) throws SQLException {
    return new ApiKey(
        new KeyId(row.getObject("id", UUID.class)),
        new Tenant(row.getString("tenant")),
        row.getString("description"),
        scopes(row.getArray("scopes")),
        row.getBytes("secret_hash"),
        time(row, "expires_at"),
        time(row, "revoked_at"),
        time(row, "last_used_at"));
  }

  private static Set<Scope> scopes(Array words) throws SQLException {
    Set<Scope> scopes = EnumSet.noneOf(Scope.class);
    Arrays.stream((String[]) words.getArray())
        .flatMap(word -> Scope.of(word).stream())
        .forEach(scopes::add);
    return scopes;
  }

  private static @Nullable Instant time(ResultSet row, String column) throws SQLException {
    Timestamp time = row.getTimestamp(column);
    return time == null ? null : time.toInstant();
  }
}
