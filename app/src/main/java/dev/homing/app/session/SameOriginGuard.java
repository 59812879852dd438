package dev.homing.app.session;

import dev.homing.app.problem.Problem;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Set;
import org.springframework.http.HttpHeaders;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerExceptionResolver;

/**
 * Lets forms of our own pages write, and no others: browsers say from where a form comes by {@code
 * Sec-Fetch-Site} (W3C Fetch Metadata) or, older ones, {@code Origin}. So forms need no tokens.
 */
final class SameOriginGuard extends OncePerRequestFilter {
  private static final Set<String> SAFE_METHODS = Set.of("GET", "HEAD", "OPTIONS", "TRACE");

  private final HandlerExceptionResolver problems;

  SameOriginGuard(HandlerExceptionResolver problems) {
    this.problems = problems;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    if (SAFE_METHODS.contains(request.getMethod()) || isSameOrigin(request)) {
      chain.doFilter(request, response);
    } else {
      problems.resolveException(
          request,
          response,
          null,
          Problem.forbidden("Only Homing's own pages may send this form."));
    }
  }

  private static boolean isSameOrigin(HttpServletRequest request) {
    String site = request.getHeader("Sec-Fetch-Site");
    if (site != null) {
      return site.equals("same-origin");
    }
    String origin = request.getHeader(HttpHeaders.ORIGIN);
    String host = request.getHeader(HttpHeaders.HOST);
    return origin != null && (origin.equals("http://" + host) || origin.equals("https://" + host));
  }
}
