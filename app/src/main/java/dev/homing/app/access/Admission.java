package dev.homing.app.access;

import dev.homing.app.audit.Actor;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.authentication.preauth.PreAuthenticatedAuthenticationToken;
import org.springframework.stereotype.Component;

/** Lets a request act for its caller. */
@Component
public class Admission {
  private static final String REQUEST_ID = "Homing-Request-Id";

  private final Supplier<UUID> ids;

  Admission(Supplier<UUID> ids) {
    this.ids = ids;
  }

  /** Makes this the caller of the request, and gives the request its id. */
  public void admit(Caller caller, HttpServletRequest request, HttpServletResponse response) {
    String requestId = "req_" + ids.get();
    response.setHeader(REQUEST_ID, requestId);
    var authentication =
        new PreAuthenticatedAuthenticationToken(
            caller.tenant(), "", caller.scopes().stream().map(Scope::authority).toList());
    authentication.setDetails(
        new Actor(caller.name(), caller.isOperator(), request.getRemoteAddr(), requestId));
    SecurityContextHolder.getContext().setAuthentication(authentication);
  }

  /**
   * The caller of open mode; empty unless the request comes from this machine. Judges by the
   * socket, because anyone can write headers.
   */
  public static Optional<Caller> local(HttpServletRequest request) throws IOException {
    return InetAddress.getByName(request.getRemoteAddr()).isLoopbackAddress()
        ? Optional.of(Caller.LOCAL)
        : Optional.empty();
  }
}
