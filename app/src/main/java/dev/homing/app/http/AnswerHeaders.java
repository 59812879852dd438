package dev.homing.app.http;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.util.Collections;
import java.util.regex.Pattern;
import org.apache.catalina.Globals;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Mends two headers of answers: {@code Location} begins with the prefix that a trusted proxy has
 * cut off ({@code X-Forwarded-Prefix}), and answers have no file name, which Spring gives to paths
 * with a dot.
 */
final class AnswerHeaders extends OncePerRequestFilter {
  /** Segments of unreserved characters (RFC 3986, section 2.3), none of them a dot or two. */
  private static final Pattern PREFIX =
      Pattern.compile("(?:/(?!\\.{1,2}(?:/|$))[A-Za-z0-9._~-]+)+");

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    chain.doFilter(request, new Mended(response, prefix(request)));
  }

  /**
   * Of a proxy whose word is taken: RemoteIpValve marks its requests. A proxy that appends writes
   * its own behind what came with the request.
   */
  private static String prefix(HttpServletRequest request) {
    if (!Boolean.TRUE.equals(request.getAttribute(Globals.REQUEST_FORWARDED_ATTRIBUTE))) {
      return "";
    }
    String all = String.join(",", Collections.list(request.getHeaders("X-Forwarded-Prefix")));
    String last = all.substring(all.lastIndexOf(',') + 1).strip();
    return PREFIX.matcher(last).matches() ? last : "";
  }

  private static final class Mended extends HttpServletResponseWrapper {
    private final String prefix;

    Mended(HttpServletResponse response, String prefix) {
      super(response);
      this.prefix = prefix;
    }

    @Override
    public void addHeader(String name, @Nullable String value) {
      if (value != null && name.equalsIgnoreCase(HttpHeaders.LOCATION)) {
        super.addHeader(name, value.startsWith("/") ? prefix + value : value);
      } else if (!isSuggestedName(name, value)) {
        super.addHeader(name, value);
      }
    }

    private static boolean isSuggestedName(String name, @Nullable String value) {
      return name.equalsIgnoreCase(HttpHeaders.CONTENT_DISPOSITION)
          && "inline;filename=f.txt".equals(value);
    }
  }
}
