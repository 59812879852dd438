package dev.homing.app.access;

import dev.homing.app.problem.Problem;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.security.web.firewall.RequestRejectedException;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerExceptionResolver;

/** Authenticates the caller of each request. */
final class CallerFilter extends OncePerRequestFilter {
  /** Case-insensitive (RFC 9110, section 11.1). */
  private static final String SCHEME = "Bearer ";

  private final AccessSettings settings;
  private final Credentials credentials;
  private final Admission admission;
  private final HandlerExceptionResolver problems;

  CallerFilter(
      AccessSettings settings,
      Credentials credentials,
      Admission admission,
      HandlerExceptionResolver problems) {
    this.settings = settings;
    this.credentials = credentials;
    this.admission = admission;
    this.problems = problems;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    try {
      Optional<Caller> caller = settings.isOpen() ? Admission.local(request) : withKey(request);
      caller.ifPresent(known -> admission.admit(known, request, response));
    } catch (DataAccessException | Problem refused) {
      problems.resolveException(request, response, null, refused);
      return;
    }
    chain.doFilter(request, response);
  }

  private Optional<Caller> withKey(HttpServletRequest request) {
    String header = authorization(request);
    if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return Optional.empty();
    }
    return credentials.caller(header.substring(SCHEME.length()).strip(), request.getRemoteAddr());
  }

  /** Null if the header is missing, not printable, or sent twice, which would be ambiguous. */
  private static @Nullable String authorization(HttpServletRequest request) {
    try {
      List<String> all = Collections.list(request.getHeaders(HttpHeaders.AUTHORIZATION));
      return all.size() == 1 ? all.getFirst() : null;
    } catch (RequestRejectedException notPrintable) {
      return null;
    }
  }
}
