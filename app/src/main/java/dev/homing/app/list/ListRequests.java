package dev.homing.app.list;

import static java.util.Objects.requireNonNull;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Resolves {@link ListRequest} arguments of controllers. */
@Component
class ListRequests implements HandlerMethodArgumentResolver, WebMvcConfigurer {
  /** Parameters that do not change which items a list has: a cursor is valid with any of them. */
  private static final Set<String> NOT_FILTERS = Set.of("limit", "cursor", "numbers");

  private final Cursors cursors;

  ListRequests(Cursors cursors) {
    this.cursors = cursors;
  }

  @Override
  public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
    resolvers.add(this);
  }

  @Override
  public boolean supportsParameter(MethodParameter parameter) {
    return parameter.getParameterType() == ListRequest.class;
  }

  @Override
  public ListRequest resolveArgument(
      MethodParameter parameter,
      @Nullable ModelAndViewContainer container,
      NativeWebRequest webRequest,
      @Nullable WebDataBinderFactory binders) {
    HttpServletRequest request =
        requireNonNull(webRequest.getNativeRequest(HttpServletRequest.class));
    OrderedBy changed = parameter.getParameterAnnotation(OrderedBy.class);
    return ListRequest.of(
        request::getParameter,
        Optional.ofNullable(changed).map(OrderedBy::value),
        cursors,
        list(request));
  }

  /** Identifies the list; each part follows its length, so that no two lists collide. */
  private static String list(HttpServletRequest request) {
    Object caller =
        requireNonNull(SecurityContextHolder.getContext().getAuthentication()).getPrincipal();
    Stream<String> filters =
        request.getParameterMap().entrySet().stream()
            .filter(given -> !NOT_FILTERS.contains(given.getKey()))
            .sorted(Map.Entry.comparingByKey(Comparator.naturalOrder()))
            .flatMap(
                given -> Stream.concat(Stream.of(given.getKey()), Stream.of(given.getValue())));
    return Stream.concat(
            Stream.of(
                String.valueOf(
                    request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE)),
                String.valueOf(caller)),
            filters)
        .map(part -> part.length() + ":" + part)
        .collect(Collectors.joining());
  }
}
