package dev.homing.app.access;

import dev.homing.app.problem.Problem;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerExceptionResolver;

/**
 * Keeps web pages out of open mode. A browser on this machine also connects from the loopback,
 * whichever site its page comes from. Connections from other machines pass: the API refuses them
 * itself, and they may read metrics under any host name.
 *
 * <p>A page whose own name resolves to here (DNS rebinding) sends that name as {@code Host}. A page
 * that only writes reveals its origin in {@code Sec-Fetch-Site} (W3C Fetch Metadata) or, in older
 * browsers, {@code Origin} (RFC 6454).
 */
public final class OpenModeGuard extends OncePerRequestFilter {
  private static final Set<String> SAFE_METHODS = Set.of("GET", "HEAD", "OPTIONS", "TRACE");
  private static final Set<String> OTHER_SITES = Set.of("cross-site", "same-site");

  private final HandlerExceptionResolver problems;

  public OpenModeGuard(HandlerExceptionResolver problems) {
    this.problems = problems;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    Optional<Problem> refused = refusal(request);
    if (refused.isPresent()) {
      problems.resolveException(request, response, null, refused.get());
    } else {
      chain.doFilter(request, response);
    }
  }

  private Optional<Problem> refusal(HttpServletRequest request) {
    if (!isLoopback(request.getRemoteAddr())) {
      return Optional.empty();
    }
    if (!isLoopback(request.getServerName().toLowerCase(Locale.ROOT))) {
      return Optional.of(
          Problem.forbidden(
              "Without HOMING_ADMIN_KEY, call Homing as localhost or by a loopback address."));
    }
    if (!SAFE_METHODS.contains(request.getMethod()) && isCrossSite(request)) {
      return Optional.of(
          Problem.forbidden("Without HOMING_ADMIN_KEY, pages of other sites may not write."));
    }
    return Optional.empty();
  }

  private static boolean isLoopback(String host) {
    return host.equals("localhost")
        || host.endsWith(".localhost") // RFC 6761, section 6.3
        || Address.read(host).filter(Address::isLoopback).isPresent();
  }

  private static boolean isCrossSite(HttpServletRequest request) {
    String site = request.getHeader("Sec-Fetch-Site");
    return (site != null && OTHER_SITES.contains(site))
        || isForeign(request.getHeader(HttpHeaders.ORIGIN), request.getHeader(HttpHeaders.HOST));
  }

  private static boolean isForeign(@Nullable String origin, @Nullable String host) {
    return origin != null && !origin.equals("http://" + host) && !origin.equals("https://" + host);
  }
}
