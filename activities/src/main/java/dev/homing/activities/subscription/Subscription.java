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
import org.hibernate.annotations.BatchSize;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;

/** A receiver: where it is, what it wants to hear, and how it is to be tried. */
@Entity
@Table(name = "subscriptions")
public class Subscription {
  /** Why Homing switches a subscription off: its receiver answered 410. */
  public static final String GONE = "gone";

  /** So many secrets from before rotations sign at most. */
  public static final int MOST_EARLIER_SECRETS = 10;

  @EmbeddedId private SubscriptionKey key;
  private String url;
  private String description;
  private boolean enabled;
  private @Nullable String disabledReason;

  @JdbcTypeCode(SqlTypes.JSON)
  private Map<String, String> metadata;

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
  private @Nullable Integer timeoutSeconds;
  private String sealedSecret;
  private @Nullable String publicKey;

  /** Newest first; read by those who sign, with SQL. */
  @JdbcTypeCode(SqlTypes.JSON)
  private List<EarlierSecret> earlierSecrets = List.of();

  @BatchSize(size = 250)
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

  /** A new one; what is secret comes sealed. */
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
    set(terms, sealed);
  }

  /**
   * Replaces everything that its owner may set. Setting enabled also revives one switched off.
   *
   * @param sealed what is secret of the terms
   */
  public void change(Terms terms, Terms.Sealed sealed, Instant now) {
    set(terms, sealed);
    this.updatedAt = now.truncatedTo(ChronoUnit.MICROS);
  }

  /**
   * Signs with another secret from now on, and with the one before as well until then. Those before
   * it sign until their own end, up to {@link #MOST_EARLIER_SECRETS}.
   *
   * @param previousUntil not later than now: all earlier ones are forgotten at once
   */
  public void rotate(SealedSecret secret, Instant previousUntil, Instant now) {
    this.earlierSecrets =
        previousUntil.isAfter(now)
            ? Stream.concat(
                    Stream.of(
                        new EarlierSecret(
                            sealedSecret, publicKey, previousUntil.truncatedTo(ChronoUnit.MICROS))),
                    earlierSecrets.stream().filter(earlier -> earlier.until().isAfter(now)))
                .limit(MOST_EARLIER_SECRETS)
                .toList()
            : List.of();
    this.sealedSecret = secret.text();
    this.publicKey = secret.publicKey();
    this.updatedAt = now.truncatedTo(ChronoUnit.MICROS);
  }

  /** Switches it off for good, until its owner enables it. */
  public void disable(String reason, Instant now) {
    this.enabled = false;
    this.disabledReason = reason;
    this.updatedAt = now.truncatedTo(ChronoUnit.MICROS);
  }

  /** Leaves a tombstone: it receives nothing and is found no more. */
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
    this.headers = terms.headers();
    this.sealedHeaders = sealed.headers();
    this.tlsAuthority = terms.tls().authority();
    this.tlsCertificate = terms.tls().certificate();
    this.sealedTlsKey = sealed.tlsKey();
    this.maxAttempts = terms.retry().maxAttempts();
    this.initialIntervalSeconds = seconds(terms.retry().initialInterval());
    this.maxIntervalSeconds = seconds(terms.retry().maxInterval());
    this.timeoutSeconds = seconds(terms.timeout());
  }

  /** What its owner may set; what is secret of it is left as it is. */
  public Terms terms() {
    return new Terms(
        url,
        Set.copyOf(eventTypes),
        description,
        enabled,
        metadata,
        headers,
        sealedHeaders.keySet().stream().collect(toMap(name -> name, _ -> Optional.empty())),
        new Terms.Tls(tlsAuthority, tlsCertificate, null),
        retry(),
        duration(timeoutSeconds));
  }

  public SubscriptionId id() {
    return new SubscriptionId(key.id());
  }

  public @Nullable String disabledReason() {
    return disabledReason;
  }

  /** Until when the secret before the last rotation signs as well; null: it was given up. */
  public @Nullable Instant previousSecretUntil() {
    return earlierSecrets.isEmpty() ? null : earlierSecrets.getFirst().until();
  }

  /** With which its receiver verifies; null: with the secret itself. */
  public @Nullable String publicKey() {
    return publicKey;
  }

  /** Secrets from before rotations, newest first; some may be over. */
  public List<EarlierSecret> earlierSecrets() {
    return earlierSecrets;
  }

  public boolean isDeleted() {
    return deletedAt != null;
  }

  /** Raised by each change. */
  public long version() {
    return version;
  }

  public Instant createdAt() {
    return createdAt;
  }

  public Instant updatedAt() {
    return updatedAt;
  }

  /** What is secret of {@link #terms()}. */
  public Terms.Sealed sealed() {
    return new Terms.Sealed(Map.copyOf(sealedHeaders), sealedTlsKey);
  }

  String sealedSecret() {
    return sealedSecret;
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
   * A signing secret from before a rotation, as it is kept.
   *
   * @param publicKey with which a receiver verifies; null: it needs the secret
   * @param until when it signs as well; a text in JSON, as PostgreSQL has to read it
   */
  public record EarlierSecret(
      String sealed,
      @Nullable String publicKey,
      @JsonFormat(shape = JsonFormat.Shape.STRING) Instant until) {}
}
