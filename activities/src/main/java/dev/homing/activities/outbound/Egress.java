package dev.homing.activities.outbound;

import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether this node reaches anybody, judged by its own attempts.
 *
 * <p>It is cut off when attempts at three hosts in a row reached nobody, until one does: a
 * connection that came about or was refused. Whose receivers are at fewer hosts is never cut off,
 * unless there is an egress proxy and that is away.
 */
public final class Egress {
  private static final Logger log = LoggerFactory.getLogger(Egress.class);
  private static final int HOSTS = 3;

  private final Set<String> unreached = new HashSet<>();
  private boolean withoutProxy;

  public synchronized boolean isDown() {
    return withoutProxy || unreached.size() >= HOSTS;
  }

  /** Somebody was there. */
  synchronized void reached() {
    if (isDown()) {
      log.warn("this node reaches receivers again");
    }
    unreached.clear();
    withoutProxy = false;
  }

  /** The egress proxy does not let us out. */
  synchronized void proxyFailed(EgressProxyException failure) {
    if (!isDown()) {
      log.warn("no attempt is counted until the egress proxy serves us: {}", failure.getMessage());
    }
    withoutProxy = true;
  }

  /** Nobody was there at this host; true if that is because this node is cut off. */
  synchronized boolean failedToReach(String host) {
    if (!isDown() && unreached.add(host) && isDown()) {
      log.warn("this node reaches nobody: no attempt is counted until it does");
    }
    return isDown();
  }
}
