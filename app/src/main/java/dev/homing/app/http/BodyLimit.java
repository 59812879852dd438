package dev.homing.app.http;

import dev.homing.app.problem.Problem;
import dev.homing.app.problem.UnreadableBody;
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
 * Limits the size of a request's body and the time it may take. Bytes are counted as they arrive,
 * and those of a compressed body again as they are inflated.
 */
public final class BodyLimit extends OncePerRequestFilter {
  /** In front of every filter that reads a body. */
  public static final int ORDER = Ordered.HIGHEST_PRECEDENCE + 11;

  private final long maxBytes;
  private final Duration timeout;

  /**
   * @param maxBytes both as sent and as inflated
   * @param timeout from the end of the head
   */
  public BodyLimit(long maxBytes, Duration timeout) {
    this.maxBytes = maxBytes;
    this.timeout = timeout;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    Limited limited = new Limited(request, System.nanoTime() + timeout.toNanos());
    chain.doFilter(limited, response);
  }

  /** A request whose body is bounded, and inflated if it is compressed. */
  private final class Limited extends HttpServletRequestWrapper {
    private final long deadlineNanos;
    private @Nullable ServletInputStream body;

    Limited(HttpServletRequest request, long deadlineNanos) {
      super(request);
      this.deadlineNanos = deadlineNanos;
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
      if (getContentLengthLong() > maxBytes) {
        throw new UnreadableBody(Problem.tooLarge(maxBytes));
      }
      BoundedBody sent = new BoundedBody(super.getInputStream(), maxBytes, deadlineNanos);
      return switch (String.join(",", codings).strip().toLowerCase(Locale.ROOT)) {
        case "", "identity" -> sent;
        case "gzip", "x-gzip" -> {
          byte[] inflated = GzipBody.inflate(sent.readAllBytes(), maxBytes);
          yield new BoundedBody(new ByteArrayInputStream(inflated), maxBytes, deadlineNanos);
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
