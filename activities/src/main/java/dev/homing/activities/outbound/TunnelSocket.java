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
 * Connects through the egress proxy: a tunnel (RFC 9110, section 9.3.6) for plain HTTP as well, so
 * that what the proxy answers is never taken for what the receiver does.
 */
final class TunnelSocket extends GuardedSocket {
  private static final int LONGEST_ANSWER = 8 * 1024;
  private static final Pattern STATUS =
      Pattern.compile("HTTP/1\\.[01] ([0-9]{3})(?: [^\r\n]*)?\r?\n");

  private final Destinations destinations;
  private final EgressProxy proxy;

  TunnelSocket(Destinations destinations, GuardedSockets sockets, EgressProxy proxy) {
    super(_ -> true, sockets); // To the proxy, wherever that is.
    this.destinations = destinations;
    this.proxy = proxy;
  }

  @Override
  public void connect(SocketAddress address, int timeoutMillis) throws IOException {
    if (!(address instanceof InetSocketAddress target) || !mayAskFor(target)) {
      throw new BlockedDestinationException();
    }
    try {
      super.connect(proxy.address(), timeoutMillis);
    } catch (IOException away) {
      throw new EgressProxyException("The egress proxy cannot be reached.", away);
    }
    int patience = getSoTimeout();
    setSoTimeout(timeoutMillis);
    judge(ask(target));
    setSoTimeout(patience);
  }

  /** A name is for the proxy to judge. */
  private boolean mayAskFor(InetSocketAddress target) {
    return !TimedDns.isAddress(target.getHostString()) || destinations.allows(target);
  }

  private String ask(InetSocketAddress target) throws EgressProxyException {
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
      return head();
    } catch (IOException broken) {
      throw new EgressProxyException("The egress proxy does not answer.", broken);
    }
  }

  /** Not a byte beyond the empty line: what follows is the receiver's. */
  private String head() throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    int last = 0;
    while (head.size() < LONGEST_ANSWER) {
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

  private static void judge(String head) throws IOException {
    Matcher line = STATUS.matcher(head);
    int status = line.lookingAt() ? Integer.parseInt(line.group(1)) : 0;
    boolean challenged = head.toLowerCase(Locale.ROOT).contains("\nproxy-authenticate:");
    if (status == 403 || (status == 407 && !challenged)) {
      throw new BlockedDestinationException(); // Some refuse with a 407 that asks for nothing.
    }
    if (status >= 502 && status <= 504) {
      throw new NoRouteToHostException("the proxy reaches nobody there");
    }
    if (status < 200 || status > 299) {
      throw new EgressProxyException("The egress proxy answers with status " + status, null);
    }
  }
}
