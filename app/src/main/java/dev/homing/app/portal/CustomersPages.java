package dev.homing.app.portal;

import dev.homing.app.problem.Problem;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * Decides which pages exist for customers, whatever their scopes: not those with links for others,
 * by which they could stay after they were sent away.
 */
@Component
class CustomersPages implements HandlerInterceptor, WebMvcConfigurer {
  @Override
  public void addInterceptors(InterceptorRegistry registry) {
    registry.addInterceptor(this);
  }

  @Override
  public boolean preHandle(
      HttpServletRequest request, HttpServletResponse response, Object handler) {
    if (Customer.of(request) != null && route(request).startsWith("/ui/portal-links")) {
      throw Problem.noRoute();
    }
    return true;
  }

  /** The route as it was matched, like {@code /ui/subscriptions/{id}}. */
  private static String route(HttpServletRequest request) {
    return String.valueOf(request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE));
  }
}
