package dev.homing.app.node;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * The first thing at shutdown: readiness is off already, and requests are still served for a while,
 * until every load balancer sends them elsewhere.
 *
 * <p>Then, in this order: no new requests, those in flight are answered, no new workflows, attempts
 * under way are finished and recorded or handed back, and the connections close.
 */
@Component
class DrainDelay implements SmartLifecycle {
  private static final Logger log = LoggerFactory.getLogger(DrainDelay.class);

  private final DrainSettings settings;
  private volatile boolean running;

  DrainDelay(DrainSettings settings) {
    this.settings = settings;
  }

  @Override
  public void start() {
    running = true;
  }

  @Override
  public void stop() {
    running = false;
    log.info("stopping: not ready any more, requests are served for {}", settings.delay());
    try {
      Thread.sleep(settings.delay());
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  /** Stops before the web server does. */
  @Override
  public int getPhase() {
    return DEFAULT_PHASE;
  }
}
