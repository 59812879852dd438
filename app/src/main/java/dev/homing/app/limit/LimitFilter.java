package dev.homing.app.limit;

import dev.homing.app.audit.Actor;
import dev.homing.app.http.PayloadSettings;
import dev.homing.app.problem.Problem;
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

/** Enforces the quotas of keys and tenants. */
@Component
public class LimitFilter extends OncePerRequestFilter {
  private static final String POLICY = "RateLimit-Policy";
  private static final String REMAINING = "RateLimit";

  private final @Nullable Quota keyRequests;
  private final @Nullable Quota tenantRequests;
  private final @Nullable Quota tenantBytes;
  private final long maxPayload;
  private final Buckets buckets;
  private final HandlerExceptionResolver problems;

  LimitFilter(
      LimitSettings settings,
      PayloadSettings payloads,
      Buckets buckets,
      @Qualifier("handlerExceptionResolver") HandlerExceptionResolver problems) {
    this.maxPayload = payloads.maxPayload().toBytes();
    this.keyRequests =
        settings.keyRequests() == null ? null : Quota.ofRequests("key", settings.keyRequests());
    this.tenantRequests =
        settings.tenantRequests() == null
            ? null
            : Quota.ofRequests("tenant", settings.tenantRequests());
    this.tenantBytes =
        settings.tenantBytes() == null
            ? null
            : Quota.ofBytes("tenant-bytes", settings.tenantBytes().toBytes(), maxPayload);
    this.buckets = buckets;
    this.problems = problems;
  }

  /** Unauthenticated requests pass: they are refused later and count against no quota. */
  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    Authentication caller = SecurityContextHolder.getContext().getAuthentication();
    boolean refused =
        caller != null
            && caller.getPrincipal() instanceof Tenant tenant
            && caller.getDetails() instanceof Actor actor
            && !tryConsumeAll(tenant, actor, request, response);
    if (!refused) {
      chain.doFilter(request, response);
    }
  }

  private boolean tryConsumeAll(
      Tenant tenant, Actor actor, HttpServletRequest request, HttpServletResponse response) {
    return tryConsume(keyRequests, actor.name(), 1, request, response)
        && tryConsume(tenantRequests, tenant.name(), 1, request, response)
        && tryConsume(tenantBytes, tenant.name(), length(request), request, response);
  }

  /** A body without a length counts as the largest allowed. */
  private long length(HttpServletRequest request) {
    long length = request.getContentLengthLong();
    boolean chunked = request.getHeader("Transfer-Encoding") != null;
    return length < 0 && chunked ? maxPayload : Math.clamp(length, 0, maxPayload);
  }

  /** Answers with a problem if too few tokens are left. */
  private boolean tryConsume(
      @Nullable Quota quota,
      String owner,
      long count,
      HttpServletRequest request,
      HttpServletResponse response) {
    if (quota == null || count == 0) {
      return true;
    }
    ConsumptionProbe probe = buckets.take(quota, owner, count);
    response.addHeader(POLICY, quota.policy());
    response.addHeader(
        REMAINING,
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
