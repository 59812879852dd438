package dev.homing.app;

import dev.homing.workflows.Tenant;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.security.autoconfigure.actuate.web.servlet.EndpointRequest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.authentication.preauth.PreAuthenticatedAuthenticationToken;
import org.springframework.web.filter.OncePerRequestFilter;
import tools.jackson.databind.json.JsonMapper;

/** Who may call: in open mode whoever is on this machine, else whoever has the key. */
@Configuration(proxyBeanMethods = false)
class Access {
  private static final Logger log = LoggerFactory.getLogger(Access.class);

  /** Health and metrics are on their own port, which is for the inside. */
  @Bean
  @Order(1)
  SecurityFilterChain management(HttpSecurity http) {
    return http.securityMatcher(EndpointRequest.toAnyEndpoint())
        .authorizeHttpRequests(all -> all.anyRequest().permitAll())
        .csrf(AbstractHttpConfigurer::disable)
        .build();
  }

  @Bean
  @Order(2)
  SecurityFilterChain api(HttpSecurity http, AccessSettings settings, JsonMapper json) {
    if (settings.isOpen()) {
      log.warn(
          "open mode: HOMING_ADMIN_KEY is not set, so only connections from this machine are"
              + " served, and its loopback may be called");
    }
    return http.authorizeHttpRequests(
            all -> all.requestMatchers("/error").permitAll().anyRequest().authenticated())
        .addFilterBefore(new Caller(settings), AuthorizationFilter.class)
        .exceptionHandling(
            refusal ->
                refusal.authenticationEntryPoint(
                    (_, response, _) -> refuse(response, settings, json)))
        // Nothing here is kept in a browser: every request brings its key.
        .csrf(AbstractHttpConfigurer::disable)
        .sessionManagement(
            sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
        .requestCache(AbstractHttpConfigurer::disable)
        .logout(AbstractHttpConfigurer::disable)
        .build();
  }

  /** Finds out whose request it is. */
  private static final class Caller extends OncePerRequestFilter {
    private static final String SCHEME = "Bearer ";

    private final AccessSettings settings;
    private final byte[] adminKey;

    Caller(AccessSettings settings) {
      this.settings = settings;
      this.adminKey = settings.adminKey().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    protected void doFilterInternal(
        HttpServletRequest request, HttpServletResponse response, FilterChain chain)
        throws ServletException, IOException {
      if (settings.isOpen() ? isLocal(request) : hasKey(request)) {
        var caller = new PreAuthenticatedAuthenticationToken(Tenant.DEFAULT, "", List.of());
        SecurityContextHolder.getContext().setAuthentication(caller);
      }
      chain.doFilter(request, response);
    }

    /** By the socket: headers are anyone's to write. */
    private static boolean isLocal(HttpServletRequest request) throws IOException {
      return InetAddress.getByName(request.getRemoteAddr()).isLoopbackAddress();
    }

    private boolean hasKey(HttpServletRequest request) {
      String header = request.getHeader(HttpHeaders.AUTHORIZATION);
      return header != null && header.startsWith(SCHEME) && isKey(header);
    }

    /** Takes as long for a wrong key as for the right one. */
    private boolean isKey(String header) {
      byte[] given = header.substring(SCHEME.length()).strip().getBytes(StandardCharsets.UTF_8);
      return MessageDigest.isEqual(given, adminKey);
    }
  }

  private static void refuse(HttpServletResponse response, AccessSettings settings, JsonMapper json)
      throws IOException {
    boolean open = settings.isOpen();
    HttpStatus status = open ? HttpStatus.FORBIDDEN : HttpStatus.UNAUTHORIZED;
    String detail =
        open
            ? "Without HOMING_ADMIN_KEY only connections from Homing's own machine are served."
            : "Send the header Authorization: Bearer with a valid key.";
    response.setStatus(status.value());
    response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
    if (!open) {
      response.setHeader(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
    }
    json.writeValue(response.getOutputStream(), ProblemDetail.forStatusAndDetail(status, detail));
  }
}
