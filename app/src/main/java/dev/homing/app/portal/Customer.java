package dev.homing.app.portal;

import dev.homing.workflows.SubscriptionId;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

/**
 * A person who came by a portal link, or is about to open one.
 *
 * @param looks how pages look to customers
 * @param link by which the customer came; null: by none so far
 */
public record Customer(PortalSettings looks, @Nullable PortalLink link) {
  private static final String ATTRIBUTE = "homing.customer";

  /** The customer who makes this request; null: a customer does not. */
  public static @Nullable Customer of(HttpServletRequest request) {
    return (Customer) request.getAttribute(ATTRIBUTE);
  }

  /** Makes this request one of the customer. */
  public void enter(HttpServletRequest request) {
    request.setAttribute(ATTRIBUTE, this);
  }

  /** The one subscription whose pages the customer sees; null: all of the tenant's. */
  public @Nullable SubscriptionId subscription() {
    return link == null ? null : link.subscription();
  }
}
