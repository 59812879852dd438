package dev.homing.app.portal;

import dev.homing.app.access.Caller;
import dev.homing.app.access.Scope;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A link that a customer opens once, which begins a session in the pages of a tenant.
 *
 * @param scopes what the customer may do
 * @param subscription the one that the customer sees; null: all of the tenant's
 * @param session how long the session lasts from the opening on
 * @param returnUrl where the customer gets another link; null: not known
 * @param createdBy the caller that created it, as the audit log names it
 * @param expiresAt until when it can be opened
 * @param openedAt when its session began; null: it was not opened
 * @param revokedAt when the link and its session ended early; null: they did not
 */
public record PortalLink(
    PortalLinkId id,
    Tenant tenant,
    Set<Scope> scopes,
    @Nullable SubscriptionId subscription,
    Duration session,
    @Nullable String returnUrl,
    String createdBy,
    Instant expiresAt,
    @Nullable Instant openedAt,
    @Nullable Instant revokedAt) {

  /** The customer, who acts in the name of the link. */
  public Caller caller() {
    return new Caller(id.toString(), tenant, scopes);
  }

  /** The page on which the customer begins. */
  public String start() {
    return "/ui/subscriptions" + (subscription == null ? "" : "/" + subscription);
  }

  /** Whether its session goes on. */
  boolean isInSession(Instant now) {
    return revokedAt == null && openedAt != null && now.isBefore(openedAt.plus(session));
  }
}
