package dev.homing.app.access;

import static java.util.Objects.requireNonNull;

import dev.homing.app.limit.LimitFilter;
import dev.homing.app.problem.ProblemType;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.stream.Collectors;
import org.apache.catalina.valves.RemoteIpValve;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.security.autoconfigure.actuate.web.servlet.EndpointRequest;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.web.servlet.HandlerExceptionResolver;
import tools.jackson.databind.json.JsonMapper;

/** Admits this machine in open mode, and otherwise keys with the required scope. */
@Configuration(proxyBeanMethods = false)
class SecurityWiring {
  private static final Logger log = LoggerFactory.getLogger(SecurityWiring.class);

  /** Keeps the filter in the security chain only, where the caller is known. */
  @Bean
  FilterRegistrationBean<LimitFilter> limitFilterInChainOnly(LimitFilter limits) {
    FilterRegistrationBean<LimitFilter> registration = new FilterRegistrationBean<>(limits);
    registration.setEnabled(false);
    return registration;
  }

  /** Health and metrics have their own port, for the internal network. */
  @Bean
  @Order(1)
  SecurityFilterChain management(
      HttpSecurity http,
      AccessSettings settings,
      @Qualifier("handlerExceptionResolver") HandlerExceptionResolver problems) {
    if (settings.isOpen()) {
      http.addFilterBefore(new OpenModeGuard(problems), AuthorizationFilter.class);
    }
    return http.securityMatcher(EndpointRequest.toAnyEndpoint())
        .authorizeHttpRequests(all -> all.anyRequest().permitAll())
        .csrf(AbstractHttpConfigurer::disable)
        .build();
  }

  /** Everything but the pages, whose chain comes before. */
  @Bean
  @Order(3)
  SecurityFilterChain api(
      HttpSecurity http,
      AccessSettings settings,
      Credentials credentials,
      Admission admission,
      LimitFilter limits,
      @Qualifier("handlerExceptionResolver") HandlerExceptionResolver problems,
      JsonMapper json) {
    if (settings.isOpen()) {
      log.warn(
          "open mode: HOMING_ADMIN_KEY is not set, so Homing serves only connections from this"
              + " machine, and receivers on its loopback are allowed");
      http.addFilterBefore(new OpenModeGuard(problems), AuthorizationFilter.class);
    }
    String admin = Scope.ADMIN.word();
    return http.authorizeHttpRequests(
            all ->
                all.requestMatchers("/error")
                    .permitAll()
                    .requestMatchers("/tenants/**", "/keys/**", "/admin/**")
                    .hasAuthority(admin)
                    .requestMatchers(HttpMethod.POST, "/webhooks/**")
                    .hasAnyAuthority(Scope.PUBLISH.word(), admin)
                    .requestMatchers(HttpMethod.POST, "/subscriptions/*/reveal/**")
                    .hasAnyAuthority(Scope.SECRETS.word(), admin)
                    .requestMatchers("/audit/**", "/portal-links/**")
                    .hasAnyAuthority(Scope.MANAGE.word(), admin)
                    .requestMatchers(HttpMethod.GET, "/**")
                    .hasAnyAuthority(Scope.READ.word(), admin)
                    .requestMatchers(HttpMethod.HEAD, "/**")
                    .hasAnyAuthority(Scope.READ.word(), admin)
                    .anyRequest()
                    .hasAnyAuthority(Scope.MANAGE.word(), admin))
        .addFilterBefore(
            new CallerFilter(settings, credentials, admission, problems), AuthorizationFilter.class)
        .addFilterBefore(limits, AuthorizationFilter.class)
        .exceptionHandling(
            refusal ->
                refusal
                    .authenticationEntryPoint((_, response, _) -> refuse(response, settings, json))
                    .accessDeniedHandler((_, response, _) -> refuseScope(response, json)))
        // Browsers keep no credentials of Homing: every request brings its key.
        .csrf(AbstractHttpConfigurer::disable)
        .sessionManagement(
            sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
        .requestCache(AbstractHttpConfigurer::disable)
        .logout(AbstractHttpConfigurer::disable)
        .build();
  }

  /**
   * Takes the caller's address from trusted proxies: from {@code X-Forwarded-For}, read from the
   * right, because anyone can write the entries further left.
   */
  @Bean
  WebServerFactoryCustomizer<TomcatServletWebServerFactory> forwardedAddresses(
      AccessSettings settings) {
    return tomcat -> {
      if (!settings.proxies().isEmpty()) {
        RemoteIpValve valve = new RemoteIpValve();
        valve.setInternalProxies(String.join(",", settings.proxies()));
        tomcat.addEngineValves(new ForwardedAddresses(), valve);
      }
    };
  }

  /** The same answer for a missing, unknown, wrong, expired or revoked key. */
  private static void refuse(HttpServletResponse response, AccessSettings settings, JsonMapper json)
      throws IOException {
    if (settings.isOpen()) {
      answer(
          response,
          ProblemType.FORBIDDEN,
          "Without HOMING_ADMIN_KEY, Homing serves only connections from its own machine.",
          json);
    } else {
      response.setHeader(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
      answer(
          response,
          ProblemType.UNAUTHORIZED,
          "Send the header Authorization: Bearer with a valid key.",
          json);
    }
  }

  private static void refuseScope(HttpServletResponse response, JsonMapper json)
      throws IOException {
    Authentication caller =
        requireNonNull(
            SecurityContextHolder.getContext().getAuthentication(),
            "a denied caller is authenticated");
    String scopes =
        caller.getAuthorities().stream()
            .map(GrantedAuthority::getAuthority)
            .collect(Collectors.joining(", "));
    answer(
        response,
        ProblemType.FORBIDDEN,
        "This key lacks the required scope; it has: %s.".formatted(scopes),
        json);
  }

  private static void answer(
      HttpServletResponse response, ProblemType type, String detail, JsonMapper json)
      throws IOException {
    response.setStatus(type.status().value());
    response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
    json.writeValue(response.getOutputStream(), type.problem(detail));
  }
}
