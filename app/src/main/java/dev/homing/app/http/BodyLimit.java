package dev.homing.app.http;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Reads no more of a request's body than is allowed, and for no longer: counted while it comes, and
 * if it is compressed, once more as it is inflated.
 */
public final class BodyLimit extends OncePerRequestFilter {
  /** Before whatever reads a body. */
  public static final int ORDER = Ordered.HIGHEST_PRECEDENCE + 11;

  private final long most;
  private final Duration timeout;

  /**
   * @param most bytes, both as they are sent and inflated
   * @param timeout from the end of the head on
   */
  public BodyLimit(long most, Duration timeout) {
    this.most = most;
    this.timeout = timeout;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    Limited limited = new Limited(request, System.nanoTime() + timeout.toNanos());
    chain.doFilter(limited, response);
  }

  /** A request whose body is bounded, and inflated where that is needed. */
  private final class Limited extends HttpServletRequestWrapper {
    private final long until;
    private @Nullable ServletInputStream body;

    Limited(HttpServletRequest request, long until) {
      super(request);
      this.until = until;
    }

    @Override
    public ServletInputStream getInputStream() throws IOException {
      if (body == null) {
        body = open();
      }
      return body;
    }

    private ServletInputStream open() throws IOException {
      List<String> codings = Collections.list(getHeaders(HttpHeaders.CONTENT_ENCODING));
      if (getContentLengthLong() > most) {
        throw new UnreadableBody(Problem.tooLarge(most));
      }
      BoundedBody sent = new BoundedBody(super.getInputStream(), most, until);
      return switch (String.join(",", codings).strip().toLowerCase(Locale.ROOT)) {
        case "", "identity" -> sent;
        case "gzip", "x-gzip" -> {
          byte[] inflated = GzipBody.inflate(sent.readAllBytes(), most);
          yield new BoundedBody(new ByteArrayInputStream(inflated), most, until);
        }
        default -> throw Problem.unsupportedEncoding();
      };
    }

    @Override
    public BufferedReader getReader() throws IOException {
      return new BufferedReader(new InputStreamReader(getInputStream(), StandardCharsets.UTF_8));
    }
  }
}
