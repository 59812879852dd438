package dev.homing.activities.subscription;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.homing.activities.routing.Route;
import dev.homing.activities.secret.Secrets;
import dev.homing.activities.secret.SigningSecret;
import dev.homing.activities.subscription.Receiver.Standing;
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

/** Looks up where to send, with which secret and how patiently. */
public final class Receivers {
  /** Some 20 MB. */
  private static final int REMEMBERED = 20_000;

  /** Some 500 KB. */
  private static final int PORTION = 500;

  private static final TypeReference<Map<String, String>> TEXTS = new TypeReference<>() {};

  private final JsonMapper json = JsonMapper.builder().build();
  private final JdbcClient jdbc;
  private final Secrets secrets;
  private final DeliverySettings settings;
  private final Cache<SubscriptionKey, Remembered> remembered =
      Caffeine.newBuilder().maximumSize(REMEMBERED).build();

  public Receivers(JdbcClient jdbc, Secrets secrets, DeliverySettings settings) {
    this.jdbc = jdbc;
    this.secrets = secrets;
    this.settings = settings;
  }

  public Optional<Receiver> find(Tenant tenant, SubscriptionId id) {
    return Optional.ofNullable(find(tenant, List.of(id)).get(id));
  }

  /**
   * Those of an accepting commit: from memory where nothing of the tenant has changed since they
   * were read. Every change raises the routes version, so what is remembered is as good as read.
   */
  public Map<SubscriptionId, Receiver> of(Tenant tenant, Route route) {
    Map<SubscriptionId, Receiver> all = new HashMap<>();
    List<SubscriptionId> unknown = new ArrayList<>();
    for (SubscriptionId id : route.recipients()) {
      Remembered known = remembered.getIfPresent(new SubscriptionKey(tenant, id));
      if (known != null && known.version() == route.version()) {
        all.put(id, known.receiver());
      } else {
        unknown.add(id);
      }
    }
    if (!unknown.isEmpty()) {
      Map<SubscriptionId, Receiver> read = find(tenant, unknown);
      read.values().forEach(receiver -> remember(tenant, route.version(), receiver));
      all.putAll(read);
    }
    return all;
  }

  /**
   * Not one that cannot be read, nor one with several secrets: what is wrong with it may be mended,
   * and the time of earlier secrets ends, without a word. Nor one with certificates, which are
   * large.
   */
  private void remember(Tenant tenant, long version, Receiver receiver) {
    if (receiver.fault() == null
        && receiver.secrets().size() == 1
        && receiver.tls().equals(ReceiverTls.USUAL)) {
      remembered.put(new SubscriptionKey(tenant, receiver.id()), new Remembered(version, receiver));
    }
  }

  /** A receiver as it was at this routes version of its tenant, or later. */
  private record Remembered(long version, Receiver receiver) {}

  /** Those that exist, deleted ones included. */
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
              max_attempts, initial_interval_seconds, max_interval_seconds, timeout_seconds
            from subscriptions
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
   * The same, read portion by portion while they are asked for: all recipients of all events that
   * are being sent might not fit into memory.
   */
  public Iterable<Receiver> inPortions(Tenant tenant, List<SubscriptionId> ids) {
    return () ->
        ids.stream()
            .gather(Gatherers.windowFixed(PORTION))
            .flatMap(portion -> find(tenant, portion).values().stream())
            .iterator();
  }

  /** One that cannot be read must not hold up the others. */
  private Receiver receiver(Tenant tenant, ResultSet row) throws SQLException {
    SubscriptionId id = new SubscriptionId(row.getObject("id", UUID.class));
    Standing standing = standing(row);
    try {
      return new Receiver(
          id,
          ReceiverUrl.stored(row.getString("url")),
          tls(tenant, id, row),
          headers(tenant, id, row),
          secrets(tenant, id, row),
          schedule(row),
          or(seconds(row, "timeout_seconds"), settings.timeout()),
          standing,
          null);
    } catch (RuntimeException unreadable) {
      return new Receiver(
          id,
          or(HttpUrl.parse(row.getString("url")), Receiver.NOWHERE),
          ReceiverTls.USUAL,
          CustomHeaders.NONE,
          List.of(),
          settings.schedule(null, null, null),
          settings.timeout(),
          standing == Standing.ACTIVE ? Standing.UNREADABLE : standing,
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

  /** Those from before rotations sign as well, for a while. */
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

  private static Standing standing(ResultSet row) throws SQLException {
    if (row.getObject("deleted_at") != null) {
      return Standing.DELETED;
    }
    if (row.getString("disabled_reason") != null) {
      return Standing.GONE;
    }
    return row.getBoolean("enabled") ? Standing.ACTIVE : Standing.PAUSED;
  }

  private static @Nullable Duration seconds(ResultSet row, String column) throws SQLException {
    Integer seconds = row.getObject(column, Integer.class);
    return seconds == null ? null : Duration.ofSeconds(seconds);
  }

  private static <T> T or(@Nullable T own, T bySettings) {
    return own == null ? bySettings : own;
  }
}
