package dev.homing.app.portal;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.homing.app.access.Scope;
import dev.homing.app.access.Tenants;
import dev.homing.app.audit.Action;
import dev.homing.app.audit.Actor;
import dev.homing.app.audit.AuditLog;
import dev.homing.app.http.TextRules;
import dev.homing.app.list.ListRequest;
import dev.homing.app.list.Page;
import dev.homing.app.problem.Problem;
import dev.homing.workflows.PrefixedId;
import dev.homing.workflows.Tenant;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
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
import org.springframework.security.core.Authentication;
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
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

/** Manages portal links: of the caller's tenant, or of all tenants for operators. */
@RestController
@RequestMapping("/portal-links")
class PortalLinkController {
  private static final Set<Scope> POSSIBLE = EnumSet.of(Scope.READ, Scope.MANAGE, Scope.SECRETS);
  private static final Duration DEFAULT_EXPIRY = Duration.ofMinutes(15);
  private static final Duration DEFAULT_SESSION = Duration.ofHours(8);
  private static final Duration MAX = Duration.ofDays(7);
  private static final int MAX_TENANT_LENGTH = 63;
  private static final int MAX_URL_LENGTH = 2_000;

  private final PortalLinks links;
  private final PortalSettings settings;
  private final Tenants tenants;
  private final AuditLog auditLog;
  private final TransactionTemplate transaction;
  private final Supplier<UUID> ids;
  private final Clock clock;
  private final SecureRandom random = new SecureRandom();

  PortalLinkController(
      PortalLinks links,
      PortalSettings settings,
      Tenants tenants,
      AuditLog auditLog,
      TransactionTemplate transaction,
      Supplier<UUID> ids,
      Clock clock) {
    this.links = links;
    this.settings = settings;
    this.tenants = tenants;
    this.auditLog = auditLog;
    this.transaction = transaction;
    this.ids = ids;
    this.clock = clock;
  }

  /**
   * A request for a new link.
   *
   * @param tenant whose pages it opens; null: the caller's
   * @param scopes some of {@code read}, {@code manage} and {@code secrets}; {@code read} is always
   *     one of them; null: that alone
   * @param expiresIn how long it can be opened; null: 15 minutes
   * @param session how long the customer stays signed in; null: 8 hours
   * @param returnUrl where the customer gets another link; null: not known
   */
  record LinkRequest(
      @Nullable String tenant,
      @Nullable List<String> scopes,
      @Nullable Duration expiresIn,
      @Nullable Duration session,
      @Nullable String returnUrl) {

    private Duration expiry(List<Problem.FieldError> errors) {
      return checked("expires_in", expiresIn == null ? DEFAULT_EXPIRY : expiresIn, errors);
    }

    private Duration duration(List<Problem.FieldError> errors) {
      return checked("session", session == null ? DEFAULT_SESSION : session, errors);
    }

    private static Duration checked(
        String field, Duration duration, List<Problem.FieldError> errors) {
      if (duration.toSeconds() < 1 || duration.compareTo(MAX) > 0) {
        errors.add(
            new Problem.FieldError(
                field, "must be from 1 to %d seconds".formatted(MAX.toSeconds())));
      }
      return duration;
    }

    private Set<Scope> scopes(Authentication caller, List<Problem.FieldError> errors) {
      Set<Scope> all = EnumSet.of(Scope.READ);
      boolean operator = Actor.of(caller).operator();
      for (String word : scopes == null ? List.<String>of() : scopes) {
        Optional<Scope> scope = Scope.of(word).filter(POSSIBLE::contains);
        scope.ifPresent(all::add);
        if (scope.isEmpty()) {
          errors.add(new Problem.FieldError("scopes", "must be some of read, manage and secrets"));
        } else if (!operator && !caller.getAuthorities().contains(scope.get().authority())) {
          errors.add(
              new Problem.FieldError(
                  "scopes", "cannot have %s, which this key lacks itself".formatted(word)));
        }
      }
      return all;
    }

    private @Nullable String url(List<Problem.FieldError> errors) {
      if (returnUrl != null
          && (returnUrl.length() > MAX_URL_LENGTH
              || !returnUrl.matches("https?://[!-~]+")
              || !PortalSettings.isUrl(returnUrl))) {
        errors.add(new Problem.FieldError("return_url", "must be a URL with https:// or http://"));
      }
      return returnUrl;
    }
  }

  /**
   * A link as callers see it.
   *
   * @param session in seconds
   * @param url the whole link, only in the response that creates it
   */
  record LinkView(
      PortalLinkId id,
      Tenant tenant,
      Set<Scope> scopes,
      long session,
      @Nullable String returnUrl,
      String createdBy,
      Instant createdAt,
      Instant expiresAt,
      @Nullable Instant openedAt,
      @Nullable Instant revokedAt,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String url) {
    private static LinkView of(PortalLink link) {
      return of(link, null);
    }

    private static LinkView of(PortalLink link, @Nullable String url) {
      return new LinkView(
          link.id(),
          link.tenant(),
          link.scopes(),
          link.session().toSeconds(),
          link.returnUrl(),
          link.createdBy(),
          PrefixedId.time(link.id().uuid()),
          link.expiresAt(),
          link.openedAt(),
          link.revokedAt(),
          url);
    }
  }

  @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
  ResponseEntity<LinkView> create(
      Authentication caller, @RequestBody LinkRequest asked, HttpServletRequest request) {
    List<Problem.FieldError> errors = new ArrayList<>();
    Tenant tenant = tenant(caller, asked.tenant(), errors);
    Set<Scope> scopes = asked.scopes(caller, errors);
    Duration expiry = asked.expiry(errors);
    Duration session = asked.duration(errors);
    String returnUrl = asked.url(errors);
    if (!errors.isEmpty()) {
      throw Problem.invalid(errors);
    }
    PortalLink link =
        new PortalLink(
            new PortalLinkId(ids.get()),
            tenant,
            scopes,
            session,
            returnUrl,
            Actor.of(caller).name(),
            clock.instant().plus(expiry),
            null,
            null);
    PortalToken token = PortalToken.generate(link.id(), random);
    transaction.executeWithoutResult(
        _ -> {
          links.add(link, token);
          auditLog.add(tenant, Action.PORTAL_LINK_CREATED, link.id().toString());
        });
    return ResponseEntity.created(URI.create("/portal-links/" + link.id()))
        .body(LinkView.of(link, url(request) + "/portal#" + token.text()));
  }

  private String url(HttpServletRequest request) {
    return settings.url().isEmpty()
        ? ServletUriComponentsBuilder.fromContextPath(request).build().toUriString()
        : settings.url();
  }

  private Tenant tenant(
      Authentication caller, @Nullable String name, List<Problem.FieldError> errors) {
    Tenant own = (Tenant) requireNonNull(caller.getPrincipal());
    if (name == null || name.equals(own.name())) {
      return own;
    }
    Tenant asked = new Tenant(name);
    if (!TextRules.fits(name, MAX_TENANT_LENGTH)
        || !Actor.of(caller).operator()
        || tenants.find(asked).isEmpty()) {
      errors.add(new Problem.FieldError("tenant", "must be the name of a tenant of this key"));
    }
    return asked;
  }

  @GetMapping
  Page<LinkView> list(
      Authentication caller,
      @RequestParam(required = false) @Nullable String tenant,
      ListRequest request) {
    if (tenant != null && !TextRules.fits(tenant, MAX_TENANT_LENGTH)) {
      throw Problem.malformed("tenant must be the name of a tenant");
    }
    Tenant owner =
        Optional.ofNullable(own(caller)).orElse(tenant == null ? null : new Tenant(tenant));
    return request
        .page(
            links.list(owner, request.from(), request.before(), request.fetch()),
            link -> link.id().uuid())
        .map(LinkView::of);
  }

  /** Callers without operator rights see only their own tenant; null: an operator. */
  private static @Nullable Tenant own(Authentication caller) {
    return Actor.of(caller).operator() ? null : (Tenant) caller.getPrincipal();
  }

  @GetMapping("/{id}")
  LinkView get(Authentication caller, @PathVariable String id) {
    return LinkView.of(find(caller, id));
  }

  /** Ends a link and its session: on this node at once, on every other within half a minute. */
  @DeleteMapping("/{id}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  void revoke(Authentication caller, @PathVariable String id) {
    PortalLink link = find(caller, id);
    transaction.executeWithoutResult(
        _ -> {
          if (links.revoke(link.id())) {
            auditLog.add(link.tenant(), Action.PORTAL_LINK_REVOKED, id);
          }
        });
    links.evict(link.id());
  }

  private PortalLink find(Authentication caller, String id) {
    return PortalLinkId.read(id)
        .flatMap(read -> links.find(own(caller), read))
        .orElseThrow(() -> Problem.notFound("portal link", id));
  }
}
