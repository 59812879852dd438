package dev.homing.app.audit;

import static java.util.Objects.requireNonNull;

import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;

/**
 * The caller of a request, kept in the details of its authentication.
 *
 * @param name the id of an API key, {@code admin_key}, or {@code open_mode}
 * @param operator whether the caller may see more than one tenant
 * @param address from which the request came
 * @param requestId that its response carries
 */
public record Actor(String name, boolean operator, String address, String requestId) {
  public static final String ADMIN_KEY = "admin_key";
  public static final String OPEN_MODE = "open_mode";

  /** The caller of the request that this thread serves. */
  static Actor current() {
    return of(requireNonNull(SecurityContextHolder.getContext().getAuthentication()));
  }

  public static Actor of(Authentication caller) {
    return (Actor) requireNonNull(caller.getDetails());
  }
}
