package dev.homing.app.portal;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

/**
 * One who comes by a portal link, or has yet to open one.
 *
 * @param looks how pages look to customers
 */
public record Customer(PortalSettings looks) {
  private static final String ATTRIBUTE = "homing.customer";

  /** The customer who makes this request; null: a customer does not. */
  public static @Nullable Customer of(HttpServletRequest request) {
    return (Customer) request.getAttribute(ATTRIBUTE);
  }

  /** Makes this request one of the customer. */
  public void enter(HttpServletRequest request) {
    request.setAttribute(ATTRIBUTE, this);
  }
}
