package dev.homing.app.portal;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.homing.app.access.Scope;
import dev.homing.workflows.PrefixedId;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A link as callers see it.
 *
 * @param scopes what the customer may do
 * @param subscriptionId the one whose pages it opens; null: all of the tenant's
 * @param session how long the customer stays signed in, in seconds
 * @param returnUrl where the customer gets another link; null: not known
 * @param createdBy the caller that created it, as the audit log names it
 * @param expiresAt until when it can be opened
 * @param openedAt when its session began; null: it was not opened
 * @param revokedAt when it was ended early; null: it was not
 * @param url the whole link, only in the response that creates it
 */
public record PortalLinkView(
    PortalLinkId id,
    Tenant tenant,
    Set<Scope> scopes,
    @Nullable SubscriptionId subscriptionId,
    long session,
    @Nullable String returnUrl,
    String createdBy,
    Instant createdAt,
    Instant expiresAt,
    @Nullable Instant openedAt,
    @Nullable Instant revokedAt,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String url) {
  static PortalLinkView of(PortalLink link) {
    return of(link, null);
  }

  static PortalLinkView of(PortalLink link, @Nullable String url) {
    return new PortalLinkView(
        link.id(),
        link.tenant(),
        link.scopes(),
        link.subscription(),
        link.session().toSeconds(),
        link.returnUrl(),
        link.createdBy(),
        PrefixedId.time(link.id().uuid()),
        link.expiresAt(),
        link.openedAt(),
        link.revokedAt(),
        url);
  }

  /** Omits what opens the link. */
  @Override
  public String toString() {
    return "PortalLinkView[%s of %s]".formatted(id, tenant);
  }
}
