package dev.homing.app.portal;

import static java.util.Objects.requireNonNull;

import dev.homing.activities.subscription.Subscriptions;
import dev.homing.app.access.Scope;
import dev.homing.app.access.Tenants;
import dev.homing.app.audit.Action;
import dev.homing.app.audit.Actor;
import dev.homing.app.audit.AuditLog;
import dev.homing.app.http.TextRules;
import dev.homing.app.list.ListRequest;
import dev.homing.app.list.Page;
import dev.homing.app.problem.Problem;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

/**
 * Makes and revokes portal links, each shown once; the audit log has an entry of each change.
 * Callers see those of their own tenant, operators those of all.
 */
@Component
public class PortalLinkRegistry {
  /** What a link may give; {@code read} is always among it. */
  public static final Set<Scope> POSSIBLE =
      Collections.unmodifiableSet(EnumSet.of(Scope.READ, Scope.MANAGE, Scope.SECRETS));

  private static final Duration DEFAULT_EXPIRY = Duration.ofMinutes(15);
  private static final Duration DEFAULT_SESSION = Duration.ofHours(8);
  private static final Duration MAX = Duration.ofDays(7);
  private static final int MAX_TENANT_LENGTH = 63;
  private static final int MAX_URL_LENGTH = 2_000;

  private final PortalLinks links;
  private final PortalSettings settings;
  private final Tenants tenants;
  private final Subscriptions subscriptions;
  private final AuditLog auditLog;
  private final TransactionTemplate transaction;
  private final Supplier<UUID> ids;
  private final Clock clock;
  private final SecureRandom random = new SecureRandom();

  PortalLinkRegistry(
      PortalLinks links,
      PortalSettings settings,
      Tenants tenants,
      Subscriptions subscriptions,
      AuditLog auditLog,
      TransactionTemplate transaction,
      Supplier<UUID> ids,
      Clock clock) {
    this.links = links;
    this.settings = settings;
    this.tenants = tenants;
    this.subscriptions = subscriptions;
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
   * @param subscriptionId the one subscription whose pages it opens; null: all of the tenant's
   * @param expiresIn how long it can be opened; null: 15 minutes
   * @param session how long the customer stays signed in; null: 8 hours
   * @param returnUrl where the customer gets another link; null: not known
   */
  public record LinkRequest(
      @Nullable String tenant,
      @Nullable List<String> scopes,
      @Nullable String subscriptionId,
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
      for (String word : scopes == null ? List.<String>of() : scopes) {
        Optional<Scope> scope = Scope.of(word).filter(POSSIBLE::contains);
        scope.ifPresent(all::add);
        if (scope.isEmpty()) {
          errors.add(new Problem.FieldError("scopes", "must be some of read, manage and secrets"));
        }
      }
      all.stream()
          .filter(scope -> !isOf(caller, scope))
          .map(scope -> "cannot have %s, which this key lacks itself".formatted(scope.word()))
          .forEach(fault -> errors.add(new Problem.FieldError("scopes", fault)));
      return all;
    }

    private static boolean isOf(Authentication caller, Scope scope) {
      return Actor.of(caller).operator() || caller.getAuthorities().contains(scope.authority());
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

  /** Makes a link; a problem names the fields that are not valid. */
  public PortalLinkView create(Authentication caller, LinkRequest asked) {
    List<Problem.FieldError> errors = new ArrayList<>();
    Tenant tenant = tenant(caller, asked.tenant(), errors);
    Set<Scope> scopes = asked.scopes(caller, errors);
    SubscriptionId subscription = subscription(tenant, asked.subscriptionId(), errors);
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
            subscription,
            session,
            returnUrl,
            Actor.of(caller).name(),
            clock.instant().plus(expiry).truncatedTo(ChronoUnit.MICROS),
            null,
            null);
    PortalToken token = PortalToken.generate(link.id(), random);
    transaction.executeWithoutResult(
        _ -> {
          links.add(link, token);
          auditLog.add(tenant, Action.PORTAL_LINK_CREATED, link.id().toString());
        });
    return PortalLinkView.of(link, url() + "/portal#" + token.text());
  }

  private String url() {
    return settings.url().isEmpty()
        ? ServletUriComponentsBuilder.fromCurrentContextPath().build().toUriString()
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

  private @Nullable SubscriptionId subscription(
      Tenant tenant, @Nullable String id, List<Problem.FieldError> errors) {
    if (id == null) {
      return null;
    }
    Optional<SubscriptionId> found =
        SubscriptionId.read(id).filter(read -> subscriptions.find(tenant, read).isPresent());
    if (found.isEmpty()) {
      errors.add(
          new Problem.FieldError("subscription_id", "must be the id of one of its subscriptions"));
    }
    return found.orElse(null);
  }

  /**
   * Lists links, newest first.
   *
   * @param tenant null: those of all tenants that the caller sees
   */
  public Page<PortalLinkView> list(
      Authentication caller, @Nullable String tenant, ListRequest request) {
    if (tenant != null && !TextRules.fits(tenant, MAX_TENANT_LENGTH)) {
      throw Problem.malformed("tenant must be the name of a tenant");
    }
    Tenant owner =
        Optional.ofNullable(own(caller)).orElse(tenant == null ? null : new Tenant(tenant));
    return request
        .page(
            links.list(owner, request.from(), request.before(), request.fetch()),
            link -> link.id().uuid())
        .map(PortalLinkView::of);
  }

  /** Callers without operator rights see only their own tenant; null: an operator. */
  private static @Nullable Tenant own(Authentication caller) {
    return Actor.of(caller).operator() ? null : (Tenant) caller.getPrincipal();
  }

  /** Finds a link by its id; a problem if the caller sees none. */
  public PortalLinkView find(Authentication caller, String id) {
    return PortalLinkView.of(link(caller, id));
  }

  /** Ends a link and its session: on this node at once, on every other within half a minute. */
  public void revoke(Authentication caller, String id) {
    PortalLink link = link(caller, id);
    transaction.executeWithoutResult(
        _ -> {
          if (links.revoke(link.id())) {
            auditLog.add(link.tenant(), Action.PORTAL_LINK_REVOKED, id);
          }
        });
    links.evict(link.id());
  }

  private PortalLink link(Authentication caller, String id) {
    return PortalLinkId.read(id)
        .flatMap(read -> links.find(own(caller), read))
        .orElseThrow(() -> Problem.notFound("portal link", id));
  }
}
