package dev.homing.app.http;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.web.servlet.mvc.condition.PathPatternsRequestCondition;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/**
 * Finds the handler of a request, and looks at the path of each route first.
 *
 * <p>Spring looks at the path last. Before that it reads the headers of a {@code POST} once for
 * each route with that method, those of the pages as well, which took a sixth of an accepting
 * node's time.
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
