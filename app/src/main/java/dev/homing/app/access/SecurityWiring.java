package dev.homing.app.access;

import static java.util.Objects.requireNonNull;

import dev.homing.app.limit.LimitFilter;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.UUID;
import java.util.function.Supplier;
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
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
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

/** Who may call: in open mode whoever is on this machine, else whoever has a key with the scope. */
@Configuration(proxyBeanMethods = false)
class SecurityWiring {
  private static final Logger log = LoggerFactory.getLogger(SecurityWiring.class);

  /** It stands behind those that find out whose request it is, and nowhere else. */
  @Bean
  FilterRegistrationBean<LimitFilter> limitsInTheChainOnly(LimitFilter limits) {
    FilterRegistrationBean<LimitFilter> registration = new FilterRegistrationBean<>(limits);
    registration.setEnabled(false);
    return registration;
  }

  /** Health and metrics are on their own port, which is for the inside. */
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

  @Bean
  @Order(2)
  SecurityFilterChain api(
      HttpSecurity http,
      AccessSettings settings,
      ApiKeyCache keys,
      WrongKeyLimit wrongKeys,
      Supplier<UUID> ids,
      LimitFilter limits,
      @Qualifier("handlerExceptionResolver") HandlerExceptionResolver problems,
      JsonMapper json) {
    if (settings.isOpen()) {
      log.warn(
          "open mode: HOMING_ADMIN_KEY is not set, so only connections from this machine are"
              + " served, and its loopback may be called");
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
                    .requestMatchers("/audit/**")
                    .hasAnyAuthority(Scope.MANAGE.word(), admin)
                    .requestMatchers(HttpMethod.GET, "/**")
                    .hasAnyAuthority(Scope.READ.word(), admin)
                    .requestMatchers(HttpMethod.HEAD, "/**")
                    .hasAnyAuthority(Scope.READ.word(), admin)
                    .anyRequest()
                    .hasAnyAuthority(Scope.MANAGE.word(), admin))
        .addFilterBefore(
            new CallerFilter(settings, keys, wrongKeys, ids, problems), AuthorizationFilter.class)
        .addFilterBefore(limits, AuthorizationFilter.class)
        .exceptionHandling(
            refusal ->
                refusal
                    .authenticationEntryPoint((_, response, _) -> refuse(response, settings, json))
                    .accessDeniedHandler((_, response, _) -> refuseScope(response, json)))
        // Nothing here is kept in a browser: every request brings its key.
        .csrf(AbstractHttpConfigurer::disable)
        .sessionManagement(
            sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
        .requestCache(AbstractHttpConfigurer::disable)
        .logout(AbstractHttpConfigurer::disable)
        .build();
  }

  /**
   * Behind proxies whose addresses are set the caller's address is the one that they saw: read from
   * {@code X-Forwarded-For} from the right, as what comes before is anyone's to write.
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

  /** The same whether there was no key, or one that is unknown, wrong, expired or revoked. */
  private static void refuse(HttpServletResponse response, AccessSettings settings, JsonMapper json)
      throws IOException {
    if (settings.isOpen()) {
      answer(
          response,
          HttpStatus.FORBIDDEN,
          "Without HOMING_ADMIN_KEY only connections from Homing's own machine are served.",
          json);
    } else {
      response.setHeader(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
      answer(
          response,
          HttpStatus.UNAUTHORIZED,
          "Send the header Authorization: Bearer with a valid key.",
          json);
    }
  }

  private static void refuseScope(HttpServletResponse response, JsonMapper json)
      throws IOException {
    Authentication caller =
        requireNonNull(SecurityContextHolder.getContext().getAuthentication(), "who was denied");
    String scopes =
        caller.getAuthorities().stream()
            .map(GrantedAuthority::getAuthority)
            .collect(Collectors.joining(", "));
    answer(
        response,
        HttpStatus.FORBIDDEN,
        "This needs a key with another scope: that of yours is %s.".formatted(scopes),
        json);
  }

  private static void answer(
      HttpServletResponse response, HttpStatus status, String detail, JsonMapper json)
      throws IOException {
    response.setStatus(status.value());
    response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
    json.writeValue(response.getOutputStream(), ProblemDetail.forStatusAndDetail(status, detail));
  }
}
