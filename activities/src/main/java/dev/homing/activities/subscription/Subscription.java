package dev.homing.activities.subscription;

import static java.util.stream.Collectors.toMap;

import com.fasterxml.jackson.annotation.JsonFormat;
import dev.homing.activities.secret.SealedSecret;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import jakarta.persistence.CollectionTable;
import jakarta.persistence.Column;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;

/** A subscription: its URL, its event types, and the settings of its deliveries. */
@Entity
@Table(name = "subscriptions")
public class Subscription {
  /** The most earlier secrets that sign as well. */
  public static final int MAX_EARLIER_SECRETS = 10;

  @EmbeddedId private SubscriptionKey key;
  private String url;
  private String description;
  private boolean enabled;
  private @Nullable String disabledReason;

  @JdbcTypeCode(SqlTypes.JSON)
  private Map<String, String> metadata;

  private boolean ordered;
  private @Nullable String onFailure;
  private @Nullable Integer maxBlockSeconds;

  @JdbcTypeCode(SqlTypes.JSON)
  private Map<String, String> headers;

  @JdbcTypeCode(SqlTypes.JSON)
  private Map<String, String> sealedHeaders;

  private @Nullable String tlsAuthority;
  private @Nullable String tlsCertificate;
  private @Nullable String sealedTlsKey;
  private @Nullable Integer maxAttempts;
  private @Nullable Integer initialIntervalSeconds;
  private @Nullable Integer maxIntervalSeconds;

  @JdbcTypeCode(SqlTypes.ARRAY)
  private List<Integer> noRetryStatuses;

  private @Nullable Integer timeoutSeconds;
  private @Nullable Integer rateLimit;
  private @Nullable Integer rateSeconds;
  private @Nullable Integer maxInFlight;
  private String sealedSecret;
  private @Nullable String publicKey;

  /** Newest first. {@link Receivers} reads them with SQL. */
  @JdbcTypeCode(SqlTypes.JSON)
  private List<EarlierSecret> earlierSecrets = List.of();

  @ElementCollection(fetch = FetchType.EAGER)
  @CollectionTable(
      name = "subscription_event_types",
      joinColumns = {
        @JoinColumn(name = "tenant", referencedColumnName = "tenant"),
        @JoinColumn(name = "subscription_id", referencedColumnName = "id")
      })
  @Column(name = "event_type")
  private Set<String> eventTypes = new TreeSet<>();

  @Version private long version;
  private Instant createdAt;
  private Instant updatedAt;

  private @Nullable Instant deletedAt;

  /** For JPA. */
  @SuppressWarnings("NullAway.Init")
  protected Subscription() {}

  /** A new subscription; its secrets are already sealed. */
  public Subscription(
      Tenant tenant,
      SubscriptionId id,
      Terms terms,
      Terms.Sealed sealed,
      SealedSecret secret,
      Instant createdAt) {
    this.key = new SubscriptionKey(tenant, id);
    this.sealedSecret = secret.text();
    this.publicKey = secret.publicKey();
    this.createdAt = createdAt.truncatedTo(ChronoUnit.MICROS);
    this.updatedAt = this.createdAt;
    this.url = terms.url();
    this.description = terms.description();
    this.metadata = terms.metadata();
    this.headers = terms.headers();
    this.sealedHeaders = sealed.headers();
    this.noRetryStatuses = List.of();
    set(terms, sealed);
  }

  /**
   * Replaces everything that the owner may set. Enabling also revives a subscription disabled by
   * Homing.
   *
   * @param sealed the secret parts of the terms
   */
  public void change(Terms terms, Terms.Sealed sealed, Instant now) {
    set(terms, sealed);
    this.updatedAt = now.truncatedTo(ChronoUnit.MICROS);
  }

  /**
   * Replaces the signing secret; the previous one signs as well until {@code previousUntil}.
   * Secrets before it sign until their own end, up to {@link #MAX_EARLIER_SECRETS}.
   *
   * @param previousUntil if not later than now, all earlier secrets are dropped at once
   */
  public void rotate(SealedSecret secret, Instant previousUntil, Instant now) {
    this.earlierSecrets =
        previousUntil.isAfter(now)
            ? Stream.concat(
                    Stream.of(
                        new EarlierSecret(
                            sealedSecret, publicKey, previousUntil.truncatedTo(ChronoUnit.MICROS))),
                    earlierSecrets.stream().filter(earlier -> earlier.until().isAfter(now)))
                .limit(MAX_EARLIER_SECRETS)
                .toList()
            : List.of();
    this.sealedSecret = secret.text();
    this.publicKey = secret.publicKey();
    this.updatedAt = now.truncatedTo(ChronoUnit.MICROS);
  }

  /** Leaves a tombstone, which receives nothing and is no longer found. */
  public void delete(Instant now) {
    this.deletedAt = now.truncatedTo(ChronoUnit.MICROS);
  }

  private void set(Terms terms, Terms.Sealed sealed) {
    this.url = terms.url();
    this.eventTypes.clear();
    this.eventTypes.addAll(terms.eventTypes());
    this.description = terms.description();
    if (terms.enabled()) {
      this.disabledReason = null;
    }
    this.enabled = terms.enabled();
    this.metadata = terms.metadata();
    this.ordered = terms.ordering().ordered();
    this.onFailure = Order.OnFailure.wordOf(terms.ordering().onFailure());
    this.maxBlockSeconds = seconds(terms.ordering().maxBlock());
    this.headers = terms.headers();
    this.sealedHeaders = sealed.headers();
    this.tlsAuthority = terms.tls().authority();
    this.tlsCertificate = terms.tls().certificate();
    this.sealedTlsKey = sealed.tlsKey();
    this.maxAttempts = terms.retry().maxAttempts();
    this.initialIntervalSeconds = seconds(terms.retry().initialInterval());
    this.maxIntervalSeconds = seconds(terms.retry().maxInterval());
    this.noRetryStatuses = terms.noRetryStatuses().stream().sorted().toList();
    this.timeoutSeconds = seconds(terms.timeout());
    Pace.Rate rate = terms.pace().rate();
    this.rateLimit = rate == null ? null : rate.limit();
    this.rateSeconds = rate == null ? null : seconds(rate.per());
    this.maxInFlight = terms.pace().maxInFlight();
  }

  /** The terms as its owner set them, without secrets. */
  public Terms terms() {
    return new Terms(
        url,
        Set.copyOf(eventTypes),
        description,
        enabled,
        metadata,
        ordering(),
        headers,
        sealedHeaders.keySet().stream().collect(toMap(name -> name, _ -> Optional.empty())),
        new Terms.Tls(tlsAuthority, tlsCertificate, null),
        retry(),
        Set.copyOf(noRetryStatuses),
        duration(timeoutSeconds),
        Pace.of(rateLimit, rateSeconds, maxInFlight));
  }

  public SubscriptionId id() {
    return new SubscriptionId(key.id());
  }

  public @Nullable String disabledReason() {
    return disabledReason;
  }

  /** Until when the previous secret signs as well; null if there is none. */
  public @Nullable Instant previousSecretUntil() {
    return earlierSecrets.isEmpty() ? null : earlierSecrets.getFirst().until();
  }

  /** The key for verifying; null if verifying needs the secret. */
  public @Nullable String publicKey() {
    return publicKey;
  }

  /** Earlier secrets, newest first; some may have expired. */
  public List<EarlierSecret> earlierSecrets() {
    return earlierSecrets;
  }

  /** Incremented by each change. */
  public long version() {
    return version;
  }

  public Instant createdAt() {
    return createdAt;
  }

  public Instant updatedAt() {
    return updatedAt;
  }

  /** Whether only its tombstone is left. */
  public boolean isDeleted() {
    return deletedAt != null;
  }

  /** The secret parts of {@link #terms()}. */
  public Terms.Sealed sealed() {
    return new Terms.Sealed(Map.copyOf(sealedHeaders), sealedTlsKey);
  }

  /** The secret that signs now, sealed. */
  public String sealedSecret() {
    return sealedSecret;
  }

  private Terms.Ordering ordering() {
    return new Terms.Ordering(
        ordered,
        onFailure == null ? null : Order.OnFailure.of(onFailure),
        duration(maxBlockSeconds));
  }

  private Terms.Retry retry() {
    return new Terms.Retry(
        maxAttempts, duration(initialIntervalSeconds), duration(maxIntervalSeconds));
  }

  private static @Nullable Integer seconds(@Nullable Duration duration) {
    return duration == null ? null : Math.toIntExact(duration.toSeconds());
  }

  private static @Nullable Duration duration(@Nullable Integer seconds) {
    return seconds == null ? null : Duration.ofSeconds(seconds);
  }

  /**
   * An earlier signing secret, as it is stored.
   *
   * @param publicKey lets a receiver verify; null if verifying needs the secret
   * @param until the end of its grace period; a string in JSON, so that PostgreSQL can read it
   */
  public record EarlierSecret(
      String sealed,
      @Nullable String publicKey,
      @JsonFormat(shape = JsonFormat.Shape.STRING) Instant until) {}
}
