package dev.homing.activities.destination;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/**
 * The proxy through which public addresses are called, in networks that need one.
 *
 * <p>The proxy looks names up, so it has to refuse names that lead inside.
 *
 * @param authorization the value of {@code Proxy-Authorization}; null if the proxy needs none
 */
public record EgressProxy(String host, int port, @Nullable String authorization) {

  /**
   * Parses {@code http://host:port}, optionally with {@code user:password@}; empty for a blank
   * text.
   *
   * @throws IllegalArgumentException with a message that contains no password
   */
  static Optional<EgressProxy> parse(String text) {
    if (text.isBlank()) {
      return Optional.empty();
    }
    HttpUrl url = HttpUrl.parse(text.strip());
    if (url == null
        || url.isHttps()
        || !url.encodedPath().equals("/")
        || url.query() != null
        || url.fragment() != null) {
      throw new IllegalArgumentException("not a proxy address");
    }
    String user = url.username() + ":" + url.password();
    return Optional.of(
        new EgressProxy(url.host(), url.port(), user.equals(":") ? null : basic(user)));
  }

  /** Basic authentication (RFC 7617). */
  private static String basic(String user) {
    return "Basic " + Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.UTF_8));
  }

  /** The proxy's address, looked up now; unresolved if the lookup fails. */
  public InetSocketAddress address() {
    return new InetSocketAddress(host, port);
  }

  /** Leaves out the password. */
  @Override
  public String toString() {
    return "EgressProxy[%s:%d]".formatted(host, port);
  }
}
