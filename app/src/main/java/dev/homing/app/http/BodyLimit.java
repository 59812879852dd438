package dev.homing.app.http;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.springframework.core.Ordered;
import org.springframework.web.filter.OncePerRequestFilter;

/** Reads no more of a request's body than is allowed, counted while it comes. */
public final class BodyLimit extends OncePerRequestFilter {
  /** Before whatever reads a body. */
  public static final int ORDER = Ordered.HIGHEST_PRECEDENCE + 11;

  private final long most;

  /** In bytes. */
  public BodyLimit(long most) {
    this.most = most;
  }

  /** The body went on after the limit. */
  static final class Exceeded extends IOException {
    private static final long serialVersionUID = 1;

    private final long most;

    Exceeded(long most) {
      super("a body of more than " + most + " bytes");
      this.most = most;
    }

    long most() {
      return most;
    }
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    chain.doFilter(new Limited(request), response);
  }

  private final class Limited extends HttpServletRequestWrapper {
    Limited(HttpServletRequest request) {
      super(request);
    }

    @Override
    public ServletInputStream getInputStream() throws IOException {
      if (getContentLengthLong() > most) {
        throw new Exceeded(most);
      }
      return new Counted(super.getInputStream());
    }

    @Override
    public BufferedReader getReader() throws IOException {
      return new BufferedReader(new InputStreamReader(getInputStream(), StandardCharsets.UTF_8));
    }
  }

  private final class Counted extends ServletInputStream {
    private final ServletInputStream body;
    private long read;

    Counted(ServletInputStream body) {
      this.body = body;
    }

    @Override
    public int read() throws IOException {
      int octet = body.read();
      return octet < 0 ? octet : octet + count(1) - 1;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int got = body.read(into, offset, length);
      return got <= 0 ? got : count(got);
    }

    private int count(int more) throws Exceeded {
      read += more;
      if (read > most) {
        throw new Exceeded(most);
      }
      return more;
    }

    @Override
    public boolean isFinished() {
      return body.isFinished();
    }

    @Override
    public boolean isReady() {
      return body.isReady();
    }

    @Override
    public void setReadListener(ReadListener listener) {
      body.setReadListener(listener);
    }
  }
}
