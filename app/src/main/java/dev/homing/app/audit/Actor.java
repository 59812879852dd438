package dev.homing.app.audit;

import static java.util.Objects.requireNonNull;

import org.springframework.security.core.context.SecurityContextHolder;

/**
 * Who makes a request; the details of its authentication.
 *
 * @param name the id of an API key, {@code admin_key}, or {@code open_mode}
 * @param address from which the request came
 * @param requestId that its answer carries
 */
public record Actor(String name, String address, String requestId) {
  public static final String ADMIN_KEY = "admin_key";
  public static final String OPEN_MODE = "open_mode";

  /** Of the request that this thread serves. */
  static Actor current() {
    return (Actor)
        requireNonNull(
            requireNonNull(SecurityContextHolder.getContext().getAuthentication()).getDetails());
  }
}
