package dev.homing.app.page;

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
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Turns what browsers send from filter forms into what lists take: empty fields are left out, and
 * times of date pickers, which have no zone, are UTC.
 */
final class FormParameters extends OncePerRequestFilter {
  private static final Pattern PICKED = Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d");

  @Override
  protected boolean shouldNotFilter(HttpServletRequest request) {
    return request.getQueryString() == null;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    chain.doFilter(new Sent(request), response);
  }

  private static final class Sent extends HttpServletRequestWrapper {
    private @Nullable Map<String, String[]> parameters;

    Sent(HttpServletRequest request) {
      super(request);
    }

    @Override
    public Map<String, String[]> getParameterMap() {
      if (parameters == null) {
        Map<String, String[]> filled = new LinkedHashMap<>();
        super.getParameterMap()
            .forEach(
                (name, values) -> {
                  String[] kept =
                      Stream.of(values)
                          .filter(value -> !value.isBlank())
                          .map(Sent::inUtc)
                          .toArray(String[]::new);
                  if (kept.length > 0) {
                    filled.put(name, kept);
                  }
                });
        parameters = Collections.unmodifiableMap(filled);
      }
      return parameters;
    }

    private static String inUtc(String value) {
      return PICKED.matcher(value).matches() ? value + ":00Z" : value;
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
