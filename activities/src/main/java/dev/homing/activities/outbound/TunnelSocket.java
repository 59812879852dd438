package dev.homing.activities.outbound;

import dev.homing.activities.destination.BlockedDestinationException;
import dev.homing.activities.destination.Destinations;
import dev.homing.activities.destination.EgressProxy;
import dev.homing.activities.destination.TimedDns;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Connects through the egress proxy, by a tunnel (RFC 9110, section 9.3.6) for plain HTTP as well:
 * an answer of the proxy is never taken for the receiver's.
 */
final class TunnelSocket extends GuardedSocket {
  private static final int MAX_HEAD_BYTES = 8 * 1024;
  private static final Pattern STATUS =
      Pattern.compile("HTTP/1\\.[01] ([0-9]{3})(?: [^\r\n]*)?\r?\n");

  private final Destinations destinations;
  private final EgressProxy proxy;

  TunnelSocket(Destinations destinations, GuardedSockets sockets, EgressProxy proxy) {
    super(_ -> true, sockets); // The proxy may have any address.
    this.destinations = destinations;
    this.proxy = proxy;
  }

  @Override
  public void connect(SocketAddress address, int timeoutMillis) throws IOException {
    if (!(address instanceof InetSocketAddress target) || !isAllowed(target)) {
      throw new BlockedDestinationException();
    }
    try {
      super.connect(proxy.address(), timeoutMillis);
    } catch (IOException e) {
      throw new EgressProxyException("The egress proxy cannot be reached.", e);
    }
    int readTimeout = getSoTimeout();
    setSoTimeout(timeoutMillis);
    checkStatus(requestTunnel(target));
    setSoTimeout(readTimeout);
  }

  /** Judges addresses only: the proxy judges names. */
  private boolean isAllowed(InetSocketAddress target) {
    return !TimedDns.isAddress(target.getHostString()) || destinations.allows(target);
  }

  private String requestTunnel(InetSocketAddress target) throws EgressProxyException {
    String host = target.getHostString();
    String authority = (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + target.getPort();
    String authorization =
        proxy.authorization() == null
            ? ""
            : "Proxy-Authorization: " + proxy.authorization() + "\r\n";
    String request =
        "CONNECT %s HTTP/1.1\r\nHost: %s\r\n%s\r\n".formatted(authority, authority, authorization);
    try {
      getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return readHead();
    } catch (IOException e) {
      throw new EgressProxyException("The egress proxy does not answer.", e);
    }
  }

  /** Reads up to the empty line: the bytes after it are the receiver's. */
  private String readHead() throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    int last = 0;
    while (head.size() < MAX_HEAD_BYTES) {
      int next = getInputStream().read();
      if (next < 0) {
        throw new IOException("closed");
      }
      head.write(next);
      if (next == '\n' && last == '\n') {
        return head.toString(StandardCharsets.ISO_8859_1);
      }
      last = next == '\r' ? last : next;
    }
    throw new IOException("too long");
  }

  private static void checkStatus(String head) throws IOException {
    Matcher line = STATUS.matcher(head);
    int status = line.lookingAt() ? Integer.parseInt(line.group(1)) : 0;
    boolean challenged = head.toLowerCase(Locale.ROOT).contains("\nproxy-authenticate:");
    if (status == 403 || (status == 407 && !challenged)) {
      throw new BlockedDestinationException(); // Some proxies refuse with a 407 without a
      // challenge.
    }
    if (status >= 502 && status <= 504) {
      throw new NoRouteToHostException("the proxy does not reach the receiver");
    }
    if (status < 200 || status > 299) {
      throw new EgressProxyException("The egress proxy answered with status " + status, null);
    }
  }
}
