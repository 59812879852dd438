package dev.homing.activities.destination;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/**
 * The one way out to public addresses, where a network has such a way.
 *
 * <p>It looks names up, so it is the one that must refuse those that mean something on the inside.
 *
 * @param authorization the value of {@code Proxy-Authorization}; null: it asks for none
 */
public record EgressProxy(String host, int port, @Nullable String authorization) {

  /**
   * Reads {@code http://host:port}, with {@code user:password@} or without; none of nothing.
   *
   * @throws IllegalArgumentException with a message that holds no password
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
      throw new IllegalArgumentException("not an address of a proxy");
    }
    String user = url.username() + ":" + url.password();
    return Optional.of(
        new EgressProxy(url.host(), url.port(), user.equals(":") ? null : basic(user)));
  }

  /** RFC 7617. */
  private static String basic(String user) {
    return "Basic " + Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.UTF_8));
  }

  /** Looked up now; unresolved if it is unknown. */
  public InetSocketAddress address() {
    return new InetSocketAddress(host, port);
  }

  /** Without the password. */
  @Override
  public String toString() {
    return "EgressProxy[%s:%d]".formatted(host, port);
  }
}
