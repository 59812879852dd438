package dev.homing.app.session;

import dev.homing.app.access.AccessSettings;
import dev.homing.app.access.Admission;
import dev.homing.app.access.Credentials;
import dev.homing.app.access.OpenModeGuard;
import dev.homing.app.access.Scope;
import dev.homing.app.access.Tenants;
import dev.homing.app.limit.LimitFilter;
import dev.homing.app.portal.Customer;
import dev.homing.app.portal.PortalLinks;
import dev.homing.app.portal.PortalSettings;
import dev.homing.app.problem.Problem;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.annotation.web.configurers.HeadersConfigurer.FrameOptionsConfig;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.header.writers.CrossOriginOpenerPolicyHeaderWriter.CrossOriginOpenerPolicy;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.util.UriUtils;

/** Admits callers of pages, and keeps what pages show from doing anything. */
@Configuration(proxyBeanMethods = false)
class PageSecurity {
  /** Pages, their files, and what explains the API; the API comes after. */
  @Bean
  @Order(2)
  SecurityFilterChain pages(
      HttpSecurity http,
      AccessSettings settings,
      Sessions sessions,
      Credentials credentials,
      PortalLinks links,
      PortalSettings portal,
      Tenants tenants,
      Admission admission,
      LimitFilter limits,
      @Qualifier("handlerExceptionResolver") HandlerExceptionResolver problems) {
    if (settings.isOpen()) {
      http.addFilterBefore(new OpenModeGuard(problems), AuthorizationFilter.class);
    }
    String admin = Scope.ADMIN.word();
    return http.securityMatcher(PageSecurity::isOfPages)
        .authorizeHttpRequests(
            all ->
                all.requestMatchers(
                        "/assets/**",
                        "/docs/**",
                        "/openapi.json",
                        SignIn.PATH,
                        "/ui/sign-out",
                        PortalDoor.PATH,
                        "/portal/*")
                    .permitAll()
                    .requestMatchers("/ui/events/new")
                    .hasAnyAuthority(Scope.PUBLISH.word(), admin)
                    .requestMatchers("/ui/keys/**", "/ui/tenants/**", "/ui/system/**")
                    .hasAuthority(admin)
                    .requestMatchers("/ui/audit/**", "/ui/portal-links/**")
                    .hasAnyAuthority(Scope.MANAGE.word(), admin)
                    // Forms that a reader may not send are not shown to readers.
                    .requestMatchers(
                        "/ui/deliveries/bulk",
                        "/ui/subscriptions/new",
                        "/ui/subscriptions/*/edit",
                        "/ui/subscriptions/*/rotate",
                        "/ui/subscriptions/*/delete")
                    .hasAnyAuthority(Scope.MANAGE.word(), admin)
                    .requestMatchers(HttpMethod.POST, "/ui/subscriptions/*/reveal/**")
                    .hasAnyAuthority(Scope.SECRETS.word(), admin)
                    .requestMatchers(HttpMethod.GET, "/**")
                    .hasAnyAuthority(Scope.READ.word(), admin)
                    .requestMatchers(HttpMethod.HEAD, "/**")
                    .hasAnyAuthority(Scope.READ.word(), admin)
                    .anyRequest()
                    .hasAnyAuthority(Scope.MANAGE.word(), admin))
        .addFilterBefore(new FrontDoor(), AuthorizationFilter.class)
        .addFilterBefore(new SameOriginGuard(problems), AuthorizationFilter.class)
        .addFilterBefore(
            new SessionFilter(
                settings, sessions, credentials, links, portal, tenants, admission, problems),
            AuthorizationFilter.class)
        .addFilterBefore(limits, AuthorizationFilter.class)
        .exceptionHandling(
            refusal ->
                refusal
                    .authenticationEntryPoint(
                        (request, response, _) -> refuse(request, response, settings, problems))
                    .accessDeniedHandler(
                        (request, response, _) ->
                            problems.resolveException(
                                request,
                                response,
                                null,
                                Problem.forbidden(
                                    "The key that you signed in with may not do this."))))
        .headers(
            headers ->
                headers
                    .frameOptions(FrameOptionsConfig::disable) // frame-ancestors says more.
                    .addHeaderWriter(PageSecurity::writeContentSecurity)
                    // Not no-referrer: browsers would send forms with Origin: null.
                    .referrerPolicy(referrer -> referrer.policy(ReferrerPolicy.SAME_ORIGIN))
                    .crossOriginOpenerPolicy(
                        opener -> opener.policy(CrossOriginOpenerPolicy.SAME_ORIGIN)))
        .csrf(AbstractHttpConfigurer::disable) // SameOriginGuard is there for that.
        .sessionManagement(
            session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
        .requestCache(AbstractHttpConfigurer::disable)
        .logout(AbstractHttpConfigurer::disable)
        .build();
  }

  private static boolean isOfPages(HttpServletRequest request) {
    String path = request.getRequestURI();
    return path.equals("/ui")
        || path.equals("/openapi.json")
        || Stream.of("/ui/", "/assets/", "/docs/").anyMatch(path::startsWith)
        || isOfPortal(request)
        || FrontDoor.isOpened(request);
  }

  static boolean isOfPortal(HttpServletRequest request) {
    String path = request.getRequestURI();
    return path.equals(PortalDoor.PATH) || path.startsWith(PortalDoor.PATH + "/");
  }

  /**
   * Everything comes from here; nothing in a page is a script, a style or a handler. Pages of
   * customers have their logo, and appear in frames of the sites that may show them.
   */
  private static void writeContentSecurity(
      HttpServletRequest request, HttpServletResponse response) {
    String logo = "";
    String frames = "'none'";
    Customer customer = Customer.of(request);
    if (customer != null) {
      PortalSettings looks = customer.looks();
      logo = looks.logo().isEmpty() ? "" : " " + looks.logoOrigin();
      frames = looks.isFramed() ? String.join(" ", looks.embedders()) : frames;
    }
    response.setHeader(
        "Content-Security-Policy",
        ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:%s;"
                + " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors %s")
            .formatted(logo, frames));
  }

  /** Asks to sign in, and shows the page afterwards; a poll has the browser do that. */
  private static void refuse(
      HttpServletRequest request,
      HttpServletResponse response,
      AccessSettings settings,
      HandlerExceptionResolver problems) {
    if (settings.isOpen()) {
      problems.resolveException(
          request,
          response,
          null,
          Problem.forbidden(
              "Without HOMING_ADMIN_KEY, Homing serves only connections from its own machine."));
      return;
    }
    if (SessionCookie.OF_LINK.of(request).isPresent()
        && SessionCookie.OF_KEY.of(request).isEmpty()) {
      send(request, response, PortalDoor.PATH);
      return;
    }
    String query = request.getQueryString();
    String page = request.getRequestURI() + (query == null ? "" : "?" + query);
    String signIn =
        "%s?%s=%s".formatted(SignIn.PATH, SignIn.TO, UriUtils.encode(page, StandardCharsets.UTF_8));
    send(request, response, request.getMethod().equals("GET") ? signIn : SignIn.PATH);
  }

  private static void send(HttpServletRequest request, HttpServletResponse response, String page) {
    boolean isPoll = request.getHeader("HX-Request") != null;
    response.setStatus((isPoll ? HttpStatus.UNAUTHORIZED : HttpStatus.SEE_OTHER).value());
    response.setHeader(isPoll ? "HX-Redirect" : HttpHeaders.LOCATION, page);
  }
}
