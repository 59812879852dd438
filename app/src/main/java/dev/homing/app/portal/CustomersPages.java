package dev.homing.app.portal;

import static java.util.Objects.requireNonNull;

import dev.homing.activities.delivery.Deliveries;
import dev.homing.activities.event.Events;
import dev.homing.app.problem.Problem;
import dev.homing.workflows.DeliveryId;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.util.UriUtils;

/**
 * Decides which pages exist for customers, whatever their scopes.
 *
 * <p>None has those with links for others, by which a customer could stay after being sent away. A
 * customer who came for one subscription has what is listed here, of that subscription; everything
 * else is a 404, like what belongs to another tenant.
 */
@Component
class CustomersPages implements HandlerInterceptor, WebMvcConfigurer {
  /** Routes that need no session. */
  private static final Set<String> OPEN =
      Set.of(
          "GET /assets/{name}",
          "GET /docs/outcomes/{word}",
          "GET /docs/problems/{word}",
          "GET /openapi.json",
          "GET /portal",
          "POST /portal",
          "GET /portal/theme.css",
          "GET /ui/sign-in",
          "POST /ui/sign-in",
          "POST /ui/sign-out");

  private static final Set<String> OF_A_SUBSCRIPTION =
      Set.of(
          "GET /ui/subscriptions/{id}",
          "GET /ui/subscriptions/{id}/edit",
          "POST /ui/subscriptions/{id}/edit",
          "POST /ui/subscriptions/{id}/pause",
          "POST /ui/subscriptions/{id}/enable",
          "POST /ui/subscriptions/{id}/test",
          "GET /ui/subscriptions/{id}/rotate",
          "POST /ui/subscriptions/{id}/rotate",
          "POST /ui/subscriptions/{id}/reveal",
          "GET /ui/subscriptions/{id}/delete",
          "POST /ui/subscriptions/{id}/delete");

  private static final Set<String> OF_A_DELIVERY =
      Set.of(
          "GET /ui/deliveries/{id}",
          "POST /ui/deliveries/{id}/retry",
          "POST /ui/deliveries/{id}/cancel");

  private static final String DELIVERIES = "/ui/deliveries";
  private static final String FILTER = "subscription_id";

  private final Deliveries deliveries;
  private final Events events;

  CustomersPages(Deliveries deliveries, Events events) {
    this.deliveries = deliveries;
    this.events = events;
  }

  @Override
  public void addInterceptors(InterceptorRegistry registry) {
    registry.addInterceptor(this);
  }

  @Override
  public boolean preHandle(
      HttpServletRequest request, HttpServletResponse response, Object handler) {
    Customer customer = Customer.of(request);
    if (customer == null
        || customer.link() == null
        || request.getDispatcherType() != DispatcherType.REQUEST) {
      return true;
    }
    String pattern =
        String.valueOf(request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE));
    SubscriptionId only = customer.link().subscription();
    if (only == null) {
      if (pattern.startsWith("/ui/portal-links")) {
        throw Problem.noRoute();
      }
      return true;
    }
    String method = request.getMethod().equals("HEAD") ? "GET" : request.getMethod();
    return isOpen(method + " " + pattern, customer.link().tenant(), only, request, response);
  }

  private boolean isOpen(
      String route,
      Tenant tenant,
      SubscriptionId only,
      HttpServletRequest request,
      HttpServletResponse response) {
    if (OF_A_SUBSCRIPTION.contains(route)) {
      String id = id(request);
      if (!isThis(only, id)) {
        throw Problem.notFound("subscription", id);
      }
    } else if (OF_A_DELIVERY.contains(route)) {
      String id = id(request);
      if (receiver(tenant, id).filter(only::equals).isEmpty()) {
        throw Problem.notFound("delivery", id);
      }
    } else if (route.equals("GET " + DELIVERIES)) {
      String filter = request.getParameter(FILTER);
      if (filter == null || !isThis(only, filter)) {
        response.setStatus(HttpStatus.SEE_OTHER.value());
        response.setHeader(HttpHeaders.LOCATION, filtered(request.getParameterMap(), only));
        return false;
      }
    } else if (!OPEN.contains(route)) {
      throw Problem.noRoute();
    }
    return true;
  }

  private static String id(HttpServletRequest request) {
    Object variables = request.getAttribute(HandlerMapping.URI_TEMPLATE_VARIABLES_ATTRIBUTE);
    return String.valueOf(((Map<?, ?>) requireNonNull(variables)).get("id"));
  }

  private static boolean isThis(SubscriptionId only, String id) {
    return SubscriptionId.read(id).filter(only::equals).isPresent();
  }

  /** Of a delivery, even one without a row yet. */
  private Optional<SubscriptionId> receiver(Tenant tenant, String id) {
    return DeliveryId.read(id)
        .flatMap(
            read ->
                deliveries
                    .find(tenant, read)
                    .map(delivery -> delivery.key().subscriptionId())
                    .or(() -> events.recipient(tenant, read).map(Events.Recipient::subscription)));
  }

  /** The list of deliveries with the same filters, but of this subscription. */
  private static String filtered(Map<String, String[]> filters, SubscriptionId only) {
    Stream<String> others =
        filters.entrySet().stream()
            .filter(filter -> !filter.getKey().equals(FILTER))
            .flatMap(
                filter ->
                    Stream.of(filter.getValue())
                        .map(value -> encoded(filter.getKey()) + "=" + encoded(value)));
    return Stream.concat(others, Stream.of(FILTER + "=" + only))
        .collect(Collectors.joining("&", DELIVERIES + "?", ""));
  }

  private static String encoded(String text) {
    return UriUtils.encode(text, StandardCharsets.UTF_8);
  }
}
