package dev.homing.app.wiring;

import dev.homing.activities.statistics.FlushCounters;
import dev.homing.app.event.Dispatcher;
import dev.homing.app.maintenance.PartitionKeeper;
import dev.homing.app.node.DrainSettings;
import dev.homing.app.node.Workers;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ApplicationRunner;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * The order in which parts start, and stop at SIGTERM.
 *
 * <p>Start: settings are checked, PostgreSQL is awaited and migrated, the workers wait for Temporal
 * in the background, the dispatcher takes events, the API is served, housekeeping begins,
 * partitions are made, and the node is ready.
 *
 * <p>Stop, in reverse:
 *
 * <ol>
 *   <li>The node is no longer ready and housekeeping pauses, while requests are still served for
 *       {@code HOMING_DRAIN_DELAY}, until every load balancer sends them elsewhere.
 *   <li>No new requests; those in flight are answered.
 *   <li>No new workflows: one that is started eagerly on a stopping worker is late by ten seconds.
 *   <li>Attempts under way are finished and recorded, or interrupted and handed back; events that
 *       were not begun are handed back.
 *   <li>What was counted for statistics is stored.
 *   <li>Group commits end, and connections close, as Spring destroys what needs them first.
 * </ol>
 *
 * <p>{@code spring.lifecycle.timeout-per-shutdown-phase} bounds each stage.
 */
@Configuration(proxyBeanMethods = false)
class StartAndStop {
  private static final Logger log = LoggerFactory.getLogger(StartAndStop.class);

  private static final int COUNTING = 999;
  private static final int WORKING = COUNTING + 1;
  private static final int DISPATCHING = WORKING + 1;

  /** The phase of draining, above the web server's. */
  private static final int SERVING = SmartLifecycle.DEFAULT_PHASE;

  @Bean
  Stage counting(FlushCounters counters) {
    return new Stage(COUNTING, () -> {}, counters::flush);
  }

  @Bean
  Stage working(Workers workers) {
    return new Stage(WORKING, workers::start, workers::stop);
  }

  @Bean
  Stage dispatching(Dispatcher dispatcher) {
    return new Stage(DISPATCHING, dispatcher::start, dispatcher::stop);
  }

  @Bean
  Stage serving(DrainSettings settings) {
    return new Stage(SERVING, () -> {}, () -> drain(settings.delay()));
  }

  @Bean
  ApplicationRunner partitionsBeforeReady(PartitionKeeper partitions) {
    return _ -> partitions.keep();
  }

  private static void drain(Duration delay) {
    log.info("stopping: not ready, still serving requests for {}", delay);
    try {
      Thread.sleep(delay);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  /** Starts after the stages of lower phases, and stops before them. */
  static final class Stage implements SmartLifecycle {
    private final int phase;
    private final Runnable start;
    private final Runnable stop;
    private volatile boolean running;

    Stage(int phase, Runnable start, Runnable stop) {
      this.phase = phase;
      this.start = start;
      this.stop = stop;
    }

    @Override
    public void start() {
      running = true;
      start.run();
    }

    @Override
    public void stop() {
      running = false;
      stop.run();
    }

    @Override
    public boolean isRunning() {
      return running;
    }

    @Override
    public int getPhase() {
      return phase;
    }
  }
}
