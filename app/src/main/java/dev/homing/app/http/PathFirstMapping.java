package dev.homing.app.http;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.web.servlet.mvc.condition.PathPatternsRequestCondition;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/**
 * Finds the handler of a request by the path of each route first.
 *
 * <p>Spring checks the path last. For each {@code POST} route that takes a form, it first reads the
 * headers of the request, which took a sixth of the time of a node that only accepts events.
 */
final class PathFirstMapping extends RequestMappingHandlerMapping {
  @Override
  protected @Nullable RequestMappingInfo getMatchingMapping(
      RequestMappingInfo route, HttpServletRequest request) {
    PathPatternsRequestCondition paths = route.getPathPatternsCondition();
    return paths != null && paths.getMatchingCondition(request) == null
        ? null
        : super.getMatchingMapping(route, request);
  }
}
