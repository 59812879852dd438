package dev.homing.app.access;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.homing.app.audit.Action;
import dev.homing.app.audit.AuditLog;
import dev.homing.app.http.ListRequest;
import dev.homing.app.http.Page;
import dev.homing.app.http.Problem;
import dev.homing.app.http.TextRules;
import dev.homing.workflows.Tenant;
import java.net.URI;
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
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** For operators: the keys of tenants, each shown once. */
@RestController
@RequestMapping("/keys")
class KeyController {
  /** Far away, and a time that everything understands. */
  private static final Instant LAST = Instant.parse("9999-12-31T23:59:59Z");

  private static final int LONGEST_NAME = 63;

  private final ApiKeys keys;
  private final ApiKeyCache known;
  private final AuditLog auditLog;
  private final TransactionTemplate transaction;
  private final Supplier<UUID> ids;
  private final Clock clock;
  private final SecureRandom random = new SecureRandom();

  KeyController(
      ApiKeys keys,
      ApiKeyCache known,
      AuditLog auditLog,
      TransactionTemplate transaction,
      Supplier<UUID> ids,
      Clock clock) {
    this.keys = keys;
    this.known = known;
    this.auditLog = auditLog;
    this.transaction = transaction;
    this.ids = ids;
    this.clock = clock;
  }

  /**
   * A key as it is wished for.
   *
   * @param tenant whom it shall speak for
   * @param scopes one at least
   * @param expiresAt null: never
   */
  record KeyRequest(
      @Nullable String tenant,
      @Nullable String description,
      @Nullable List<String> scopes,
      @Nullable Instant expiresAt) {

    private Tenant forTenant(List<Problem.FieldError> errors) {
      if (tenant == null) {
        errors.add(new Problem.FieldError("tenant", "is needed"));
      } else if (!TextRules.fits(tenant, LONGEST_NAME)) {
        errors.add(new Problem.FieldError("tenant", "must be the name of a tenant"));
      }
      return new Tenant(tenant == null ? "" : tenant);
    }

    private Set<Scope> withScopes(List<Problem.FieldError> errors) {
      Set<Scope> all = EnumSet.noneOf(Scope.class);
      boolean known = scopes != null && !scopes.isEmpty();
      for (String word : scopes == null ? List.<String>of() : scopes) {
        Optional<Scope> scope = Scope.of(word);
        scope.ifPresent(all::add);
        known &= scope.isPresent();
      }
      if (!known) {
        errors.add(
            new Problem.FieldError("scopes", "must name some of publish, read, manage and admin"));
      }
      return all;
    }
  }

  /**
   * A key as operators see it.
   *
   * @param key all of it, when it is made only
   */
  record KeyView(
      KeyId id,
      Tenant tenant,
      String description,
      Set<Scope> scopes,
      Instant createdAt,
      @Nullable Instant expiresAt,
      @Nullable Instant revokedAt,
      @Nullable Instant lastUsedAt,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String key) {
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

  @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
  ResponseEntity<KeyView> create(@RequestBody KeyRequest request) {
    List<Problem.FieldError> errors = new ArrayList<>();
    Tenant tenant = request.forTenant(errors);
    String description = TextRules.description(request.description(), errors);
    Set<Scope> scopes = request.withScopes(errors);
    Instant expiresAt = request.expiresAt();
    if (expiresAt != null && (!expiresAt.isAfter(clock.instant()) || expiresAt.isAfter(LAST))) {
      errors.add(
          new Problem.FieldError("expires_at", "must be in the future, to the end of year 9999"));
    }
    if (!errors.isEmpty()) {
      throw Problem.invalid(errors);
    }
    ApiKeyToken text = ApiKeyToken.generate(new KeyId(ids.get()), random);
    ApiKey made =
        requireNonNull(transaction.execute(_ -> add(text, tenant, description, scopes, expiresAt)));
    return ResponseEntity.created(URI.create("/keys/" + made.id()))
        .body(KeyView.of(made, text.text()));
  }

  private ApiKey add(
      ApiKeyToken text,
      Tenant tenant,
      String description,
      Set<Scope> scopes,
      @Nullable Instant expiresAt) {
    ApiKey made =
        keys.add(text, tenant, description, scopes, expiresAt)
            .orElseThrow(() -> Problem.invalid("tenant", "must be the name of a tenant"));
    auditLog.add(tenant, Action.KEY_CREATED, made.id().toString());
    return made;
  }

  @GetMapping
  Page<KeyView> list(@RequestParam(required = false) @Nullable String tenant, ListRequest request) {
    if (tenant != null && !TextRules.fits(tenant, LONGEST_NAME)) {
      throw Problem.malformed("tenant must be the name of a tenant");
    }
    Tenant whose = tenant == null ? null : new Tenant(tenant);
    return request
        .page(
            keys.list(whose, request.from(), request.before(), request.fetch()),
            key -> key.id().uuid())
        .map(KeyView::of);
  }

  @GetMapping("/{id}")
  KeyView get(@PathVariable String id) {
    return KeyId.read(id).flatMap(keys::find).map(KeyView::of).orElseThrow(() -> unknown(id));
  }

  /** From then on it is refused: here at once, by every node within half a minute. */
  @DeleteMapping("/{id}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  void revoke(@PathVariable String id) {
    ApiKey key = KeyId.read(id).flatMap(keys::find).orElseThrow(() -> unknown(id));
    transaction.executeWithoutResult(
        _ -> {
          if (keys.revoke(key.id())) {
            auditLog.add(key.tenant(), Action.KEY_REVOKED, id);
          }
        });
    known.forget(key.id());
  }

  private static Problem unknown(String id) {
    return Problem.notFound("key", id);
  }
}
