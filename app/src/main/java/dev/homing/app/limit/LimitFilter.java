package dev.homing.app.limit;

import dev.homing.app.audit.Actor;
import dev.homing.app.http.PayloadSettings;
import dev.homing.app.http.Problem;
import dev.homing.workflows.Tenant;
import io.github.bucket4j.ConsumptionProbe;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerExceptionResolver;

/** Lets no caller have more than there is for their key and their tenant. */
@Component
public class LimitFilter extends OncePerRequestFilter {
  private static final String POLICY = "RateLimit-Policy";
  private static final String LEFT = "RateLimit";

  private final @Nullable Quota keyRequests;
  private final @Nullable Quota tenantRequests;
  private final @Nullable Quota tenantBytes;
  private final long largest;
  private final Buckets buckets;
  private final HandlerExceptionResolver problems;

  LimitFilter(
      LimitSettings settings,
      PayloadSettings payloads,
      Buckets buckets,
      @Qualifier("handlerExceptionResolver") HandlerExceptionResolver problems) {
    this.largest = payloads.maxPayload().toBytes();
    this.keyRequests =
        settings.keyRequests() == null ? null : Quota.ofRequests("key", settings.keyRequests());
    this.tenantRequests =
        settings.tenantRequests() == null
            ? null
            : Quota.ofRequests("tenant", settings.tenantRequests());
    this.tenantBytes =
        settings.tenantBytes() == null
            ? null
            : Quota.ofBytes("tenant-bytes", settings.tenantBytes().toBytes(), largest);
    this.buckets = buckets;
    this.problems = problems;
  }

  /** Who is not known is refused later on, and costs nobody's quota. */
  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    Authentication caller = SecurityContextHolder.getContext().getAuthentication();
    boolean refused =
        caller != null
            && caller.getPrincipal() instanceof Tenant tenant
            && caller.getDetails() instanceof Actor actor
            && !mayHaveAll(tenant, actor, request, response);
    if (!refused) {
      chain.doFilter(request, response);
    }
  }

  private boolean mayHaveAll(
      Tenant tenant, Actor actor, HttpServletRequest request, HttpServletResponse response) {
    return mayHave(keyRequests, actor.name(), 1, request, response)
        && mayHave(tenantRequests, tenant.name(), 1, request, response)
        && mayHave(tenantBytes, tenant.name(), length(request), request, response);
  }

  /** A body without a length is as long as one may be. */
  private long length(HttpServletRequest request) {
    long length = request.getContentLengthLong();
    boolean chunked = request.getHeader("Transfer-Encoding") != null;
    return length < 0 && chunked ? largest : Math.clamp(length, 0, largest);
  }

  /** Says no as a problem. */
  private boolean mayHave(
      @Nullable Quota quota,
      String whose,
      long count,
      HttpServletRequest request,
      HttpServletResponse response) {
    if (quota == null || count == 0) {
      return true;
    }
    ConsumptionProbe probe = buckets.take(quota, whose, count);
    response.addHeader(POLICY, quota.policy());
    response.addHeader(
        LEFT,
        "\"%s\";r=%d;t=%d"
            .formatted(
                quota.name(), probe.getRemainingTokens(), seconds(probe.getNanosToWaitForReset())));
    if (!probe.isConsumed()) {
      problems.resolveException(
          request,
          response,
          null,
          Problem.quotaExceeded(quota.name(), seconds(probe.getNanosToWaitForRefill())));
    }
    return probe.isConsumed();
  }

  private static long seconds(long nanos) {
    return Duration.ofNanos(nanos).plusMillis(999).toSeconds();
  }
}
