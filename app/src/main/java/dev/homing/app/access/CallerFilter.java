package dev.homing.app.access;

import dev.homing.app.audit.Actor;
import dev.homing.app.http.Problem;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.authentication.preauth.PreAuthenticatedAuthenticationToken;
import org.springframework.security.web.firewall.RequestRejectedException;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerExceptionResolver;

/** Finds out whose request it is. */
final class CallerFilter extends OncePerRequestFilter {
  /** Its case does not matter (RFC 9110, section 11.1). */
  private static final String SCHEME = "Bearer ";

  private static final String REQUEST_ID = "Homing-Request-Id";

  private final AccessSettings settings;
  private final byte[] adminKey;
  private final ApiKeyCache keys;
  private final WrongKeyLimit wrongKeys;
  private final Supplier<UUID> ids;
  private final HandlerExceptionResolver problems;

  CallerFilter(
      AccessSettings settings,
      ApiKeyCache keys,
      WrongKeyLimit wrongKeys,
      Supplier<UUID> ids,
      HandlerExceptionResolver problems) {
    this.settings = settings;
    this.adminKey = settings.adminKey().getBytes(StandardCharsets.UTF_8);
    this.keys = keys;
    this.wrongKeys = wrongKeys;
    this.ids = ids;
    this.problems = problems;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    try {
      Optional<Caller> caller = settings.isOpen() ? local(request) : withKey(request);
      caller.ifPresent(known -> admit(known, request, response));
    } catch (DataAccessException | Problem refused) {
      problems.resolveException(request, response, null, refused);
      return;
    }
    chain.doFilter(request, response);
  }

  private void admit(Caller caller, HttpServletRequest request, HttpServletResponse response) {
    String requestId = "req_" + ids.get();
    response.setHeader(REQUEST_ID, requestId);
    var authentication =
        new PreAuthenticatedAuthenticationToken(
            caller.tenant(), "", caller.scopes().stream().map(Scope::authority).toList());
    boolean operator = caller.scopes().contains(Scope.ADMIN);
    authentication.setDetails(
        new Actor(caller.name(), operator, request.getRemoteAddr(), requestId));
    SecurityContextHolder.getContext().setAuthentication(authentication);
  }

  /** By the socket: headers are anyone's to write. */
  private static Optional<Caller> local(HttpServletRequest request) throws IOException {
    return InetAddress.getByName(request.getRemoteAddr()).isLoopbackAddress()
        ? Optional.of(Caller.LOCAL)
        : Optional.empty();
  }

  private Optional<Caller> withKey(HttpServletRequest request) {
    String header = authorization(request);
    if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return Optional.empty();
    }
    String key = header.substring(SCHEME.length()).strip();
    Optional<Caller> caller = isAdminKey(key) ? Optional.of(Caller.ADMIN) : keys.caller(key);
    if (caller.isEmpty()) {
      Duration wait = wrongKeys.count(request.getRemoteAddr());
      if (wait.isPositive()) {
        throw Problem.wrongKeys(wait);
      }
    }
    return caller;
  }

  /** What cannot be in a header is as good as none, and so are two, each of which may be meant. */
  private static @Nullable String authorization(HttpServletRequest request) {
    try {
      List<String> all = Collections.list(request.getHeaders(HttpHeaders.AUTHORIZATION));
      return all.size() == 1 ? all.getFirst() : null;
    } catch (RequestRejectedException notPrintable) {
      return null;
    }
  }

  /** Takes as long for a wrong key as for the right one. */
  private boolean isAdminKey(String key) {
    return MessageDigest.isEqual(key.getBytes(StandardCharsets.UTF_8), adminKey);
  }
}
