package dev.homing.app.event;

import dev.homing.activities.event.OpenEvents;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** Brings back events that were accepted and that nobody is sending. */
@Component
class Reconciler {
  private static final Logger log = LoggerFactory.getLogger(Reconciler.class);
  private static final int AT_ONCE = 100;

  private final OpenEvents open;
  private final Dispatcher dispatcher;
  private volatile OpenEvents.Backlog backlog = new OpenEvents.Backlog(0, Duration.ZERO);

  Reconciler(OpenEvents open, Dispatcher dispatcher, MeterRegistry metrics) {
    this.open = open;
    this.dispatcher = dispatcher;
    Gauge.builder("homing.events.open", () -> backlog.count())
        .description("Events of which some recipient has no result yet")
        .register(metrics);
    Gauge.builder("homing.events.open.oldest.seconds", () -> backlog.oldest().toSeconds())
        .description("How long the oldest of them has been open")
        .register(metrics);
  }

  /** Starting a workflow that runs already changes nothing. */
  @Scheduled(fixedDelay = 5_000)
  void bringBack() {
    if (!dispatcher.isRunning()) {
      return;
    }
    open.forgetLapsed();
    try {
      open.forsaken(AT_ONCE).forEach(dispatcher::dispatch);
      backlog = open.backlog();
    } catch (DataAccessException away) {
      log.warn("open events cannot be read: {}", away.getMessage());
    }
  }
}
