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
enum SessionCookie {
  /** Of one who signed in with a key. */
  OF_KEY("__Host-homing"),
  /** Of a customer who opened a portal link. */
  OF_LINK("__Host-homing-portal");

  private final String name;

  SessionCookie(String name) {
    this.name = name;
  }

  /**
   * SameSite is not strict: a link from a chat or an alert would ask to sign in again. Writes are
   * guarded by {@link SameOriginGuard}.
   *
   * @param inFrames whether pages may be shown in frames of other sites: then each of these has a
   *     cookie of its own ({@code Partitioned}, draft-cutler-httpbis-partitioned-cookies)
   */
  String set(String session, Duration age, boolean inFrames) {
    return ResponseCookie.from(name, session)
        .secure(true)
        .httpOnly(true)
        .sameSite(inFrames ? "None" : "Lax")
        .partitioned(inFrames)
        .path("/")
        .maxAge(age)
        .build()
        .toString();
  }

  String end(boolean inFrames) {
    return set("", Duration.ZERO, inFrames);
  }

  /** The session that a browser sends; empty if it sends none, or more than one. */
  Optional<String> of(HttpServletRequest request) {
    Cookie[] all = request.getCookies();
    String[] sent =
        Stream.of(all == null ? new Cookie[0] : all)
            .filter(cookie -> cookie.getName().equals(name))
            .map(Cookie::getValue)
            .toArray(String[]::new);
    return sent.length == 1 ? Optional.of(sent[0]) : Optional.empty();
  }
}
