package dev.homing.app.page;

import static java.util.Objects.requireNonNull;

import dev.homing.app.access.Tenants;
import dev.homing.app.audit.Actor;
import dev.homing.workflows.Tenant;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Resolves {@link Visit} arguments of pages. */
@Component
class Visits implements HandlerMethodArgumentResolver, WebMvcConfigurer {
  private static final int MAX_TENANTS = 500;

  private final Tenants tenants;

  Visits(Tenants tenants) {
    this.tenants = tenants;
  }

  @Override
  public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
    resolvers.add(this);
  }

  @Override
  public boolean supportsParameter(MethodParameter parameter) {
    return parameter.getParameterType() == Visit.class;
  }

  @Override
  public Visit resolveArgument(
      MethodParameter parameter,
      @Nullable ModelAndViewContainer container,
      NativeWebRequest webRequest,
      @Nullable WebDataBinderFactory binders) {
    HttpServletRequest request =
        requireNonNull(webRequest.getNativeRequest(HttpServletRequest.class));
    return of(request)
        .map(visit -> visit.isOperator() ? choosing(visit) : visit)
        .orElseGet(() -> anonymous(request));
  }

  private Visit choosing(Visit visit) {
    return new Visit(
        visit.tenant(),
        visit.scopes(),
        visit.signedIn(),
        visit.path(),
        visit.query(),
        tenants.list("", MAX_TENANTS).stream().map(Tenants.Registered::name).toList(),
        visit.chosen(),
        visit.done());
  }

  /** The visit of a known caller, without tenants to choose from; asks no database. */
  static Optional<Visit> of(HttpServletRequest request) {
    Authentication caller = SecurityContextHolder.getContext().getAuthentication();
    if (caller == null
        || !(caller.getPrincipal() instanceof Tenant tenant)
        || !(caller.getDetails() instanceof Actor actor)) {
      return Optional.empty();
    }
    Set<String> scopes =
        caller.getAuthorities().stream()
            .map(GrantedAuthority::getAuthority)
            .collect(Collectors.toSet());
    return Optional.of(
        new Visit(
            tenant,
            scopes,
            !actor.name().equals(Actor.OPEN_MODE),
            request.getRequestURI(),
            query(request),
            List.of(),
            request.getParameter(Visit.TENANT) != null,
            request.getParameter(Visit.DONE)));
  }

  /** Of a caller who is not signed in, and may see nothing. */
  static Visit anonymous(HttpServletRequest request) {
    return new Visit(
        Tenant.DEFAULT, Set.of(), false, request.getRequestURI(), "", List.of(), false, null);
  }

  private static String query(HttpServletRequest request) {
    String all = request.getQueryString();
    return all == null
        ? ""
        : Stream.of(all.split("&"))
            .filter(part -> !part.startsWith(Visit.DONE + "=") && !part.endsWith("="))
            .collect(Collectors.joining("&"));
  }
}
