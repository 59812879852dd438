package dev.homing.activities.outbound;

import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether this node reaches any receiver, judged by its own attempts.
 *
 * <p>Egress is down after attempts at three different hosts in a row failed to reach a machine,
 * until one succeeds: a connection is made or refused. With receivers at fewer than three hosts it
 * is never down, unless there is an egress proxy and the proxy fails.
 */
public final class Egress {
  private static final Logger log = LoggerFactory.getLogger(Egress.class);
  private static final int MAX_FAILED_HOSTS = 3;

  private final Set<String> failedHosts = new HashSet<>();
  private boolean proxyDown;

  public synchronized boolean isDown() {
    return proxyDown || failedHosts.size() >= MAX_FAILED_HOSTS;
  }

  /** An attempt reached a machine. */
  synchronized void reached() {
    if (isDown()) {
      log.warn("egress is up: this node reaches receivers again");
    }
    failedHosts.clear();
    proxyDown = false;
  }

  /** The egress proxy cannot be reached, or does not serve us. */
  synchronized void proxyFailed(EgressProxyException failure) {
    if (!isDown()) {
      log.warn(
          "egress is down, no attempt is counted until the proxy works: {}", failure.getMessage());
    }
    proxyDown = true;
  }

  /** An attempt did not reach this host; true if egress is down. */
  synchronized boolean failedToReach(String host) {
    if (!isDown() && failedHosts.add(host) && isDown()) {
      log.warn("egress is down: this node reaches no receiver, no attempt is counted");
    }
    return isDown();
  }
}
