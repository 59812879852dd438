package dev.homing.app.access;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.authentication.preauth.PreAuthenticatedAuthenticationToken;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerExceptionResolver;

/** Finds out whose request it is. */
final class CallerFilter extends OncePerRequestFilter {
  private static final String SCHEME = "Bearer ";

  private final AccessSettings settings;
  private final byte[] adminKey;
  private final KnownKeys keys;
  private final HandlerExceptionResolver problems;

  CallerFilter(AccessSettings settings, KnownKeys keys, HandlerExceptionResolver problems) {
    this.settings = settings;
    this.adminKey = settings.adminKey().getBytes(StandardCharsets.UTF_8);
    this.keys = keys;
    this.problems = problems;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    try {
      (settings.isOpen() ? local(request) : withKey(request)).ifPresent(CallerFilter::admit);
    } catch (DataAccessException away) {
      problems.resolveException(request, response, null, away);
      return;
    }
    chain.doFilter(request, response);
  }

  private static void admit(Caller caller) {
    var authentication =
        new PreAuthenticatedAuthenticationToken(
            caller.tenant(), "", caller.scopes().stream().map(Scope::authority).toList());
    SecurityContextHolder.getContext().setAuthentication(authentication);
  }

  /** By the socket: headers are anyone's to write. */
  private static Optional<Caller> local(HttpServletRequest request) throws IOException {
    return InetAddress.getByName(request.getRemoteAddr()).isLoopbackAddress()
        ? Optional.of(Caller.ADMIN)
        : Optional.empty();
  }

  private Optional<Caller> withKey(HttpServletRequest request) {
    String header = request.getHeader(HttpHeaders.AUTHORIZATION);
    if (header == null || !header.startsWith(SCHEME)) {
      return Optional.empty();
    }
    String key = header.substring(SCHEME.length()).strip();
    return isAdminKey(key) ? Optional.of(Caller.ADMIN) : keys.caller(key);
  }

  /** Takes as long for a wrong key as for the right one. */
  private boolean isAdminKey(String key) {
    return MessageDigest.isEqual(key.getBytes(StandardCharsets.UTF_8), adminKey);
  }
}
