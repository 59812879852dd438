package dev.homing.app.list;

import dev.homing.app.problem.Problem;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.core.MethodParameter;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * Refuses unknown and repeated query parameters, and NUL, which PostgreSQL cannot compare. A
 * misspelled filter would otherwise return more than the caller asked for.
 */
@Component
class KnownParameters implements HandlerInterceptor, WebMvcConfigurer {
  private final Map<Method, NavigableSet<String>> byRoute = new ConcurrentHashMap<>();

  @Override
  public void addInterceptors(InterceptorRegistry registry) {
    registry.addInterceptor(this);
  }

  @Override
  public boolean preHandle(
      HttpServletRequest request, HttpServletResponse response, Object handler) {
    if (request.getQueryString() != null
        && request.getDispatcherType() == DispatcherType.REQUEST
        && handler instanceof HandlerMethod route) {
      NavigableSet<String> known =
          byRoute.computeIfAbsent(route.getMethod(), _ -> KnownParameters.of(route));
      request.getParameterMap().forEach((name, values) -> check(name, values, known));
    }
    return true;
  }

  private static void check(String name, String[] values, NavigableSet<String> known) {
    if (!known.contains(name)) {
      throw Problem.malformed(
          "Unknown parameter %s. This route takes %s."
              .formatted(name, known.isEmpty() ? "none" : String.join(", ", known)));
    }
    if (values.length > 1) {
      throw Problem.malformed("Send the parameter %s only once.".formatted(name));
    }
    if (values[0].indexOf('\0') >= 0) {
      throw Problem.malformed("%s must not contain NUL".formatted(name));
    }
  }

  private static NavigableSet<String> of(HandlerMethod route) {
    NavigableSet<String> names = new TreeSet<>();
    for (MethodParameter parameter : route.getMethodParameters()) {
      RequestParam single = parameter.getParameterAnnotation(RequestParam.class);
      if (single != null) {
        names.add(single.name().isEmpty() ? parameter.getParameter().getName() : single.name());
      }
      if (parameter.hasParameterAnnotation(ModelAttribute.class)) {
        Arrays.stream(parameter.getParameterType().getRecordComponents())
            .map(RecordComponent::getName)
            .forEach(names::add);
      }
      Parameters others = parameter.getParameterType().getAnnotation(Parameters.class);
      if (others != null) {
        names.addAll(List.of(others.value()));
      }
      if (parameter.hasParameterAnnotation(OrderedBy.class)) {
        names.add(ListRequest.ORDER);
      }
    }
    return names;
  }
}
