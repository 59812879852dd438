package dev.homing.app.portal;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.homing.app.access.Scope;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The portal links in PostgreSQL. */
@Component
public class PortalLinks {
  /** After this time, every node has ended the session of a revoked link. */
  private static final Duration TTL = Duration.ofSeconds(30);

  private static final int MAX_SESSIONS = 10_000;

  private final JdbcClient jdbc;
  private final Clock clock;
  private final Cache<PortalLinkId, PortalLink> inSession =
      Caffeine.newBuilder().expireAfterWrite(TTL).maximumSize(MAX_SESSIONS).build();

  PortalLinks(JdbcClient jdbc, Clock clock) {
    this.jdbc = jdbc;
    this.clock = clock;
  }

  /** Stores a link, and deletes those of the tenant that ended more than 30 days ago. */
  void add(PortalLink link, PortalToken token) {
    jdbc.sql(
            """
            delete from portal_links
            where tenant = :tenant
              and greatest(expires_at, opened_at + session_seconds * interval '1 second')
                < now() - interval '30 days'
            """)
        .param("tenant", link.tenant().name())
        .update();
    jdbc.sql(
            """
            insert into portal_links (id, tenant, secret_hash, scopes, subscription_id, return_url,
              created_by, expires_at, session_seconds)
            values (:id, :tenant, :hash, :scopes, :subscription, :returnUrl, :createdBy, :expiresAt,
              :session)
            """)
        .param("id", link.id().uuid())
        .param("tenant", link.tenant().name())
        .param("hash", token.hash())
        .param("scopes", link.scopes().stream().map(Scope::word).toArray(String[]::new))
        .param("subscription", link.subscription() == null ? null : link.subscription().uuid())
        .param("returnUrl", link.returnUrl())
        .param("createdBy", link.createdBy())
        .param("expiresAt", link.expiresAt().atOffset(ZoneOffset.UTC))
        .param("session", link.session().toSeconds())
        .update();
  }

  /**
   * Opens the link with this token; empty if there is none, or if it was opened before, has expired
   * or was revoked. Of several callers at once, one opens it.
   */
  public Optional<PortalLink> open(String token) {
    return PortalToken.read(token)
        .flatMap(
            shown ->
                jdbc.sql(
                        """
                        update portal_links set opened_at = now()
                        where id = :id and secret_hash = :hash and opened_at is null
                          and revoked_at is null and expires_at > now()
                        returning *
                        """)
                    .param("id", shown.id().uuid())
                    .param("hash", shown.hash())
                    .query((row, _) -> read(row))
                    .optional());
  }

  /** The URL at which the holder of this token gets another link; empty if it is not known. */
  public Optional<String> returnUrl(String token) {
    return PortalToken.read(token)
        .flatMap(
            shown ->
                jdbc.sql(
                        "select return_url from portal_links where id = :id and secret_hash ="
                            + " :hash")
                    .param("id", shown.id().uuid())
                    .param("hash", shown.hash())
                    .query(String.class)
                    .optional());
  }

  /** The link of this name, if its session goes on. */
  public Optional<PortalLink> inSession(String name) {
    Function<PortalLinkId, @Nullable PortalLink> loading = this::current;
    return PortalLinkId.read(name)
        .flatMap(id -> Optional.ofNullable(inSession.get(id, loading)))
        .filter(link -> link.isInSession(clock.instant()));
  }

  private @Nullable PortalLink current(PortalLinkId id) {
    return jdbc.sql("select * from portal_links where id = :id")
        .param("id", id.uuid())
        .query((row, _) -> read(row))
        .optional()
        .filter(link -> link.isInSession(clock.instant()))
        .orElse(null);
  }

  Optional<PortalLink> find(@Nullable Tenant tenant, PortalLinkId id) {
    return jdbc.sql(
            """
            select * from portal_links
            where id = :id and (cast(:tenant as text) is null or tenant = :tenant)
            """)
        .param("id", id.uuid())
        .param("tenant", name(tenant))
        .query((row, _) -> read(row))
        .optional();
  }

  /**
   * Lists links, newest first.
   *
   * @param tenant null: links of all tenants
   * @param from the first id, inclusive; {@code before} is exclusive
   */
  List<PortalLink> list(@Nullable Tenant tenant, UUID from, UUID before, int most) {
    return jdbc.sql(
            """
            select * from portal_links
            where id >= :from and id < :before and (cast(:tenant as text) is null or tenant = :tenant)
            order by id desc limit :most
            """)
        .param("from", from)
        .param("before", before)
        .param("tenant", name(tenant))
        .param("most", most)
        .query((row, _) -> read(row))
        .list();
  }

  private static @Nullable String name(@Nullable Tenant tenant) {
    return tenant == null ? null : tenant.name();
  }

  /** Ends a link and its session; false if it was revoked before. */
  boolean revoke(PortalLinkId id) {
    return jdbc.sql(
                "update portal_links set revoked_at = now() where id = :id and revoked_at is null")
            .param("id", id.uuid())
            .update()
        == 1;
  }

  /** Makes this node end the session of a revoked link at once. */
  void evict(PortalLinkId id) {
    inSession.invalidate(id);
  }

  private static PortalLink read(ResultSet row) throws SQLException {
    return new PortalLink(
        new PortalLinkId(row.getObject("id", UUID.class)),
        new Tenant(row.getString("tenant")),
        scopes((String[]) row.getArray("scopes").getArray()),
        subscription(row.getObject("subscription_id", UUID.class)),
        Duration.ofSeconds(row.getInt("session_seconds")),
        row.getString("return_url"),
        row.getString("created_by"),
        row.getTimestamp("expires_at").toInstant(),
        time(row, "opened_at"),
        time(row, "revoked_at"));
  }

  private static Set<Scope> scopes(String[] words) {
    Set<Scope> scopes = EnumSet.noneOf(Scope.class);
    Arrays.stream(words).flatMap(word -> Scope.of(word).stream()).forEach(scopes::add);
    return scopes;
  }

  private static @Nullable SubscriptionId subscription(@Nullable UUID id) {
    return id == null ? null : new SubscriptionId(id);
  }

  private static @Nullable Instant time(ResultSet row, String column) throws SQLException {
    Timestamp time = row.getTimestamp(column);
    return time == null ? null : time.toInstant();
  }
}
