package dev.homing.app.session;

import dev.homing.app.access.AccessSettings;
import dev.homing.app.access.Admission;
import dev.homing.app.access.Caller;
import dev.homing.app.access.Credentials;
import dev.homing.app.access.TenantRegistry;
import dev.homing.app.access.Tenants;
import dev.homing.app.portal.Customer;
import dev.homing.app.portal.PortalLink;
import dev.homing.app.portal.PortalLinks;
import dev.homing.app.portal.PortalSettings;
import dev.homing.app.problem.Problem;
import dev.homing.workflows.Tenant;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.springframework.dao.DataAccessException;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerExceptionResolver;

/**
 * Finds the caller of a page: by session or, in open mode, by the connection. Keys in headers count
 * for the API only, and cookies here only.
 */
final class SessionFilter extends OncePerRequestFilter {
  private final AccessSettings settings;
  private final Sessions sessions;
  private final Credentials credentials;
  private final PortalLinks links;
  private final PortalSettings portal;
  private final Tenants tenants;
  private final Admission admission;
  private final HandlerExceptionResolver problems;

  SessionFilter(
      AccessSettings settings,
      Sessions sessions,
      Credentials credentials,
      PortalLinks links,
      PortalSettings portal,
      Tenants tenants,
      Admission admission,
      HandlerExceptionResolver problems) {
    this.settings = settings;
    this.sessions = sessions;
    this.credentials = credentials;
    this.links = links;
    this.portal = portal;
    this.tenants = tenants;
    this.admission = admission;
    this.problems = problems;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    try {
      Optional<PortalLink> link = ofLink(request);
      if (link.isPresent() || PageSecurity.isOfPortal(request)) {
        new Customer(portal, link.orElse(null)).enter(request);
      }
      Optional<Caller> caller = settings.isOpen() ? Admission.local(request) : ofKey(request);
      if (link.isPresent() && (caller.isPresent() || !settings.isOpen())) {
        caller = link.map(PortalLink::caller).map(SessionFilter::inSession);
      }
      caller.ifPresent(
          known -> admission.admit(actingForChosen(known, request), request, response));
    } catch (DataAccessException | Problem | InvalidParameterException refused) {
      problems.resolveException(request, response, null, refused);
      return;
    }
    chain.doFilter(request, response);
  }

  private Optional<Caller> ofKey(HttpServletRequest request) {
    return SessionCookie.OF_KEY
        .of(request)
        .flatMap(sessions::name)
        .flatMap(credentials::known)
        .map(SessionFilter::inSession);
  }

  /** A customer's session counts before the one of an operator, which may do more. */
  private Optional<PortalLink> ofLink(HttpServletRequest request) {
    return SessionCookie.OF_LINK.of(request).flatMap(sessions::name).flatMap(links::inSession);
  }

  /** The caller as the audit log names it. */
  static Caller inSession(Caller caller) {
    return caller.named("session:" + caller.name());
  }

  /** Operators choose the tenant with each request, so that a link shows others the same page. */
  private Caller actingForChosen(Caller caller, HttpServletRequest request) {
    String name = request.getParameter("tenant");
    if (name == null || name.isBlank() || name.equals(caller.tenant().name())) {
      return caller;
    }
    if (!caller.isOperator()) {
      throw Problem.forbidden("This key sees the tenant %s only.".formatted(caller.tenant()));
    }
    return Optional.of(name)
        .filter(TenantRegistry::isName)
        .map(Tenant::new)
        .flatMap(tenants::find)
        .map(tenant -> caller.actingFor(tenant.name()))
        .orElseThrow(() -> Problem.notFound("tenant", name));
  }
}
