package dev.homing.app.list;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.web.filter.OncePerRequestFilter;

/** Accepts the former names of list filters, which are now named like their fields. */
final class RenamedParameters extends OncePerRequestFilter {
  private static final Map<String, String> NEW_NAMES =
      Map.of("subscription", "subscription_id", "event", "event_id", "type", "event_type");

  @Override
  protected boolean shouldNotFilter(HttpServletRequest request) {
    return request.getQueryString() == null;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    chain.doFilter(new Renamed(request), response);
  }

  private static final class Renamed extends HttpServletRequestWrapper {
    private @Nullable Map<String, String[]> parameters;

    Renamed(HttpServletRequest request) {
      super(request);
    }

    /** A parameter sent under both names counts as sent twice. */
    @Override
    public Map<String, String[]> getParameterMap() {
      if (parameters == null) {
        Map<String, String[]> renamed = new LinkedHashMap<>();
        super.getParameterMap()
            .forEach(
                (name, values) ->
                    renamed.merge(NEW_NAMES.getOrDefault(name, name), values, Renamed::joined));
        parameters = Collections.unmodifiableMap(renamed);
      }
      return parameters;
    }

    private static String[] joined(String[] some, String[] others) {
      return Stream.of(some, others).flatMap(Stream::of).toArray(String[]::new);
    }

    @Override
    public @Nullable String getParameter(String name) {
      String[] values = getParameterMap().get(name);
      return values == null ? null : values[0];
    }

    @Override
    public String @Nullable [] getParameterValues(String name) {
      return getParameterMap().get(name);
    }

    @Override
    public Enumeration<String> getParameterNames() {
      return Collections.enumeration(getParameterMap().keySet());
    }
  }
}
