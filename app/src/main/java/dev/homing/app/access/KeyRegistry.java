package dev.homing.app.access;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.homing.app.audit.Action;
import dev.homing.app.audit.AuditLog;
import dev.homing.app.http.TextRules;
import dev.homing.app.list.ListRequest;
import dev.homing.app.list.Page;
import dev.homing.app.problem.Problem;
import dev.homing.workflows.Tenant;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** Makes and revokes API keys, each shown once; the audit log has an entry of each change. */
@Component
public class KeyRegistry {
  /** The last time with a four-digit year, which every parser accepts. */
  private static final Instant LATEST_EXPIRY = Instant.parse("9999-12-31T23:59:59Z");

  private static final int MAX_TENANT_LENGTH = 63;

  private final ApiKeys keys;
  private final ApiKeyCache cache;
  private final AuditLog auditLog;
  private final TransactionTemplate transaction;
  private final Supplier<UUID> ids;
  private final Clock clock;
  private final SecureRandom random = new SecureRandom();

  KeyRegistry(
      ApiKeys keys,
      ApiKeyCache cache,
      AuditLog auditLog,
      TransactionTemplate transaction,
      Supplier<UUID> ids,
      Clock clock) {
    this.keys = keys;
    this.cache = cache;
    this.auditLog = auditLog;
    this.transaction = transaction;
    this.ids = ids;
    this.clock = clock;
  }

  /**
   * A request for a new key.
   *
   * @param tenant required: the tenant for which the key acts
   * @param description at most 500 characters
   * @param scopes required: one or more of {@code publish}, {@code read}, {@code manage}, {@code
   *     secrets} and {@code admin}
   * @param expiresAt null: never
   */
  public record KeyRequest(
      @Nullable String tenant,
      @Nullable String description,
      @Nullable List<String> scopes,
      @Nullable Instant expiresAt) {

    private Tenant forTenant(List<Problem.FieldError> errors) {
      if (tenant == null) {
        errors.add(new Problem.FieldError("tenant", "is required"));
      } else if (!TextRules.fits(tenant, MAX_TENANT_LENGTH)) {
        errors.add(new Problem.FieldError("tenant", "must be the name of a tenant"));
      }
      return new Tenant(tenant == null ? "" : tenant);
    }

    private Set<Scope> withScopes(List<Problem.FieldError> errors) {
      Set<Scope> all = EnumSet.noneOf(Scope.class);
      boolean valid = scopes != null && !scopes.isEmpty();
      for (String word : scopes == null ? List.<String>of() : scopes) {
        Optional<Scope> scope = Scope.of(word);
        scope.ifPresent(all::add);
        valid &= scope.isPresent();
      }
      if (!valid) {
        errors.add(
            new Problem.FieldError(
                "scopes", "must list one or more of publish, read, manage, secrets and admin"));
      }
      return all;
    }
  }

  /**
   * A key as operators see it.
   *
   * @param key the whole key, only in the response that creates it
   */
  public record KeyView(
      KeyId id,
      Tenant tenant,
      String description,
      Set<Scope> scopes,
      Instant createdAt,
      @Nullable Instant expiresAt,
      @Nullable Instant revokedAt,
      @Nullable Instant lastUsedAt,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String key) {
    /** Omits the key. */
    @Override
    public String toString() {
      return "KeyView[%s of %s]".formatted(id, tenant);
    }

    private static KeyView of(ApiKey key) {
      return of(key, null);
    }

    private static KeyView of(ApiKey key, @Nullable String text) {
      return new KeyView(
          key.id(),
          key.tenant(),
          key.description(),
          key.scopes(),
          key.id().createdAt(),
          key.expiresAt(),
          key.revokedAt(),
          key.lastUsedAt(),
          text);
    }
  }

  /** Makes a key; a problem names the fields that are not valid. */
  public KeyView create(KeyRequest request) {
    List<Problem.FieldError> errors = new ArrayList<>();
    Tenant tenant = request.forTenant(errors);
    String description = TextRules.description(request.description(), errors);
    Set<Scope> scopes = request.withScopes(errors);
    Instant expiresAt = request.expiresAt();
    if (expiresAt != null
        && (!expiresAt.isAfter(clock.instant()) || expiresAt.isAfter(LATEST_EXPIRY))) {
      errors.add(
          new Problem.FieldError(
              "expires_at", "must be in the future, no later than the end of year 9999"));
    }
    if (!errors.isEmpty()) {
      throw Problem.invalid(errors);
    }
    ApiKeyToken text = ApiKeyToken.generate(new KeyId(ids.get()), random);
    ApiKey created =
        requireNonNull(transaction.execute(_ -> add(text, tenant, description, scopes, expiresAt)));
    return KeyView.of(created, text.text());
  }

  private ApiKey add(
      ApiKeyToken text,
      Tenant tenant,
      String description,
      Set<Scope> scopes,
      @Nullable Instant expiresAt) {
    ApiKey created =
        keys.add(text, tenant, description, scopes, expiresAt)
            .orElseThrow(() -> Problem.invalid("tenant", "must be the name of a tenant"));
    auditLog.add(tenant, Action.KEY_CREATED, created.id().toString());
    return created;
  }

  /**
   * Lists keys, newest first.
   *
   * @param tenant null: those of all tenants
   */
  public Page<KeyView> list(@Nullable String tenant, ListRequest request) {
    if (tenant != null && !TextRules.fits(tenant, MAX_TENANT_LENGTH)) {
      throw Problem.malformed("tenant must be the name of a tenant");
    }
    Tenant owner = tenant == null ? null : new Tenant(tenant);
    return request
        .page(
            keys.list(owner, request.from(), request.before(), request.fetch()),
            key -> key.id().uuid())
        .map(KeyView::of);
  }

  /** Finds a key by its id; a problem if there is none. */
  public KeyView find(String id) {
    return KeyId.read(id).flatMap(keys::find).map(KeyView::of).orElseThrow(() -> unknown(id));
  }

  /** Revokes a key: this node refuses it at once, every other within half a minute. */
  public void revoke(String id) {
    ApiKey key = KeyId.read(id).flatMap(keys::find).orElseThrow(() -> unknown(id));
    transaction.executeWithoutResult(
        _ -> {
          if (keys.revoke(key.id())) {
            auditLog.add(key.tenant(), Action.KEY_REVOKED, id);
          }
        });
    cache.evict(key.id());
  }

  private static Problem unknown(String id) {
    return Problem.notFound("key", id);
  }
}
