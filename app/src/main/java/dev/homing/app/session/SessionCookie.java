package dev.homing.app.session;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.http.ResponseCookie;

/**
 * The cookie of a session. Its prefix makes browsers refuse it from other hosts and over plain
 * HTTP, except on the loopback (RFC 6265bis, section 4.1.3).
 */
final class SessionCookie {
  static final String NAME = "__Host-homing";

  private SessionCookie() {}

  static String set(String session) {
    return cookie(session, Sessions.DURATION);
  }

  static String clear() {
    return cookie("", Duration.ZERO);
  }

  /**
   * SameSite is not strict: a link from a chat or an alert would ask to sign in again. Writes are
   * guarded by {@link SameOriginGuard}.
   */
  private static String cookie(String value, Duration age) {
    return ResponseCookie.from(NAME, value)
        .secure(true)
        .httpOnly(true)
        .sameSite("Lax")
        .path("/")
        .maxAge(age)
        .build()
        .toString();
  }

  /** The session that a browser sends; empty if it sends none, or more than one. */
  static Optional<String> of(HttpServletRequest request) {
    Cookie[] all = request.getCookies();
    String[] sent =
        Stream.of(all == null ? new Cookie[0] : all)
            .filter(cookie -> cookie.getName().equals(NAME))
            .map(Cookie::getValue)
            .toArray(String[]::new);
    return sent.length == 1 ? Optional.of(sent[0]) : Optional.empty();
  }
}
