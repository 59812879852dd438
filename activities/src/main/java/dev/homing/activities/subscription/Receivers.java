package dev.homing.activities.subscription;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.homing.activities.routing.Route;
import dev.homing.activities.secret.Secrets;
import dev.homing.activities.secret.SigningSecret;
import dev.homing.activities.subscription.Receiver.Status;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import dev.homing.workflows.delivery.RetrySchedule;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Gatherers;
import java.util.stream.Stream;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Reads subscriptions as senders need them, with secrets opened. */
public final class Receivers {
  /** The most receivers in memory, about 20 MB. */
  private static final int MAX_CACHED = 20_000;

  /** Receivers read at a time, about 500 KB. */
  private static final int BATCH_SIZE = 500;

  private static final TypeReference<Map<String, String>> TEXTS = new TypeReference<>() {};

  private final JsonMapper json = JsonMapper.builder().build();
  private final JdbcClient jdbc;
  private final Secrets secrets;
  private final DeliverySettings settings;
  private final Duration longestBlock;
  private final Cache<SubscriptionKey, Cached> cache =
      Caffeine.newBuilder().maximumSize(MAX_CACHED).build();

  /** {@code longestBlock}: no delivery keeps its turn for longer, as its payload expires. */
  public Receivers(
      JdbcClient jdbc, Secrets secrets, DeliverySettings settings, Duration longestBlock) {
    this.longestBlock = longestBlock;
    this.jdbc = jdbc;
    this.secrets = secrets;
    this.settings = settings;
  }

  public Optional<Receiver> find(Tenant tenant, SubscriptionId id) {
    return Optional.ofNullable(find(tenant, List.of(id)).get(id));
  }

  /**
   * The receivers of an accepting commit, from memory if the tenant's subscriptions have not
   * changed since. Every change raises the routes version, so cached receivers are always current.
   */
  public Map<SubscriptionId, Receiver> of(Tenant tenant, Route route) {
    Map<SubscriptionId, Receiver> all = new HashMap<>();
    List<SubscriptionId> missing = new ArrayList<>();
    for (SubscriptionId id : route.recipients()) {
      Cached cached = cache.getIfPresent(new SubscriptionKey(tenant, id));
      if (cached != null && cached.version() == route.version()) {
        all.put(id, cached.receiver());
      } else {
        missing.add(id);
      }
    }
    if (!missing.isEmpty()) {
      Map<SubscriptionId, Receiver> read = find(tenant, missing);
      read.values().forEach(receiver -> cache(tenant, route.version(), receiver));
      all.putAll(read);
    }
    return all;
  }

  /**
   * Leaves out unreadable receivers and those with several secrets: a repair, or the end of an
   * earlier secret, does not raise the version. Leaves out those with certificates as well, which
   * are large.
   */
  private void cache(Tenant tenant, long version, Receiver receiver) {
    if (receiver.fault() == null
        && receiver.secrets().size() == 1
        && receiver.tls().equals(ReceiverTls.DEFAULT)) {
      cache.put(new SubscriptionKey(tenant, receiver.id()), new Cached(version, receiver));
    }
  }

  /** A receiver as it was at this routes version of its tenant, or later. */
  private record Cached(long version, Receiver receiver) {}

  /** The receivers with these ids, including deleted ones; unknown ids are left out. */
  public Map<SubscriptionId, Receiver> find(Tenant tenant, Collection<SubscriptionId> ids) {
    return jdbc
        .sql(
            """
            select id, url, tls_authority, tls_certificate, sealed_tls_key, headers, sealed_headers,
              sealed_secret, enabled, disabled_reason, deleted_at,
              case when earlier_secrets <> '[]' then array(
                select secret ->> 'sealed'
                from jsonb_array_elements(earlier_secrets) with ordinality earlier (secret, place)
                where cast(secret ->> 'until' as timestamptz) > now()
                order by place) end as earlier_secrets,
              max_attempts, initial_interval_seconds, max_interval_seconds, no_retry_statuses,
              timeout_seconds, ordered, on_failure, max_block_seconds,
              s.rate_limit, s.rate_seconds, s.max_in_flight, t.rate_limit as tenant_rate_limit,
              t.rate_seconds as tenant_rate_seconds, t.max_in_flight as tenant_max_in_flight
            from subscriptions s
            left join tenants t using (tenant)
            where tenant = :tenant and id = any(:ids)
            """)
        .param("tenant", tenant.name())
        .param("ids", ids.stream().map(SubscriptionId::uuid).toArray(UUID[]::new))
        .query((row, _) -> receiver(tenant, row))
        .list()
        .stream()
        .collect(Collectors.toMap(Receiver::id, Function.identity()));
  }

  /**
   * The same, read in batches during iteration: all recipients of all events being sent might not
   * fit into memory.
   */
  public Iterable<Receiver> inBatches(Tenant tenant, List<SubscriptionId> ids) {
    return () ->
        ids.stream()
            .gather(Gatherers.windowFixed(BATCH_SIZE))
            .flatMap(batch -> find(tenant, batch).values().stream())
            .iterator();
  }

  /**
   * An unreadable subscription becomes a receiver with a fault, so that others are not affected.
   */
  private Receiver receiver(Tenant tenant, ResultSet row) throws SQLException {
    SubscriptionId id = new SubscriptionId(row.getObject("id", UUID.class));
    Status status = status(row);
    try {
      return new Receiver(
          id,
          ReceiverUrl.stored(row.getString("url")),
          tls(tenant, id, row),
          headers(tenant, id, row),
          secrets(tenant, id, row),
          schedule(row),
          Set.copyOf(List.of((Integer[]) row.getArray("no_retry_statuses").getArray())),
          or(seconds(row, "timeout_seconds"), settings.timeout()),
          pace(row, ""),
          pace(row, "tenant_"),
          order(row),
          status,
          null);
    } catch (RuntimeException unreadable) {
      return new Receiver(
          id,
          or(HttpUrl.parse(row.getString("url")), Receiver.NOWHERE),
          ReceiverTls.DEFAULT,
          CustomHeaders.NONE,
          List.of(),
          settings.schedule(null, null, null),
          Set.of(),
          settings.timeout(),
          Pace.NONE,
          Pace.NONE,
          order(row),
          status == Status.ACTIVE ? Status.UNREADABLE : status,
          unreadable.getMessage());
    }
  }

  private ReceiverTls tls(Tenant tenant, SubscriptionId id, ResultSet row) throws SQLException {
    String key = row.getString("sealed_tls_key");
    return new ReceiverTls(
        row.getString("tls_authority"),
        row.getString("tls_certificate"),
        key == null ? null : secrets.openTlsKey(tenant, id, key));
  }

  private CustomHeaders headers(Tenant tenant, SubscriptionId id, ResultSet row)
      throws SQLException {
    Map<String, String> all = new HashMap<>(map(row.getString("headers")));
    map(row.getString("sealed_headers"))
        .forEach((name, text) -> all.put(name, secrets.openHeader(tenant, id, name, text)));
    return all.isEmpty() ? CustomHeaders.NONE : new CustomHeaders(all);
  }

  private Map<String, String> map(String text) {
    return text.equals("{}") ? Map.of() : json.readValue(text, TEXTS);
  }

  /** The current secret, and earlier ones within their grace period. */
  private List<SigningSecret> secrets(Tenant tenant, SubscriptionId id, ResultSet row)
      throws SQLException {
    Array earlier = row.getArray("earlier_secrets");
    return Stream.concat(
            Stream.of(row.getString("sealed_secret")),
            earlier == null ? Stream.empty() : Arrays.stream((String[]) earlier.getArray()))
        .map(text -> secrets.open(tenant, id, text))
        .toList();
  }

  private RetrySchedule schedule(ResultSet row) throws SQLException {
    Integer maxAttempts = row.getObject("max_attempts", Integer.class);
    return settings.schedule(
        maxAttempts,
        seconds(row, "initial_interval_seconds"),
        seconds(row, "max_interval_seconds"));
  }

  private @Nullable Order order(ResultSet row) throws SQLException {
    if (!row.getBoolean("ordered")) {
      return null;
    }
    String onFailure = row.getString("on_failure");
    return Order.of(
        onFailure == null ? null : Order.OnFailure.of(onFailure),
        seconds(row, "max_block_seconds"),
        longestBlock);
  }

  private static Pace pace(ResultSet row, String prefix) throws SQLException {
    return Pace.of(
        row.getObject(prefix + "rate_limit", Integer.class),
        row.getObject(prefix + "rate_seconds", Integer.class),
        row.getObject(prefix + "max_in_flight", Integer.class));
  }

  private static Status status(ResultSet row) throws SQLException {
    if (row.getObject("deleted_at") != null) {
      return Status.DELETED;
    }
    String disabledReason = row.getString("disabled_reason");
    if (disabledReason != null) {
      return DisabledReason.of(disabledReason).status();
    }
    return row.getBoolean("enabled") ? Status.ACTIVE : Status.PAUSED;
  }

  private static @Nullable Duration seconds(ResultSet row, String column) throws SQLException {
    Integer seconds = row.getObject(column, Integer.class);
    return seconds == null ? null : Duration.ofSeconds(seconds);
  }

  private static <T> T or(@Nullable T own, T bySettings) {
    return own == null ? bySettings : own;
  }
}
