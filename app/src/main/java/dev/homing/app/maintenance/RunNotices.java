package dev.homing.app.maintenance;

import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.delivery.PendingNotices;
import dev.homing.activities.temporal.DeliveryWorkflows;
import dev.homing.app.node.Workers;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/**
 * Notifies sleeping runs of decisions about their deliveries: attempt it now, or end.
 *
 * <p>The decision and the notice are one commit in PostgreSQL. So a notice outlasts a node that
 * dies and a Temporal that is down, and any node sends it.
 */
@Component
public class RunNotices {
  private static final Logger log = LoggerFactory.getLogger(RunNotices.class);
  private static final int PER_TENANT = 20;

  private final PendingNotices notices;
  private final DeliveryWorkflows workflows;
  private final Workers workers;

  /** Requests since the sending thread last looked; above 0: there is such a thread. */
  private final AtomicInteger requests = new AtomicInteger();

  RunNotices(PendingNotices notices, DeliveryWorkflows workflows, Workers workers) {
    this.notices = notices;
    this.workflows = workflows;
    this.workers = workers;
  }

  /** Sends notices now, on their own thread; call after the commit of a decision. */
  public void sendSoon() {
    if (workers.isReady() && requests.getAndIncrement() == 0) {
      Thread.ofVirtual().name("run-notices").start(this::sendWhileRequested);
    }
  }

  private void sendWhileRequested() {
    int seen;
    do {
      seen = requests.get();
      send();
    } while (!requests.compareAndSet(seen, 0));
  }

  private void send() {
    try {
      List<Delivery> claimed;
      do {
        claimed = notices.claim(PER_TENANT);
        for (Delivery decided : claimed) {
          switch (workflows.notifyRun(decided)) {
            case YES -> notices.markSent(decided);
            case NOT_YET -> notices.sendAgain(decided);
            case NO_ANSWER -> {
              return; // The claims expire, and the notices are sent later.
            }
          }
        }
      } while (!claimed.isEmpty());
    } catch (DataAccessException e) {
      log.warn("cannot read notices to runs: {}", e.getMessage());
    } catch (RuntimeException e) {
      log.error("cannot send notices to runs", e);
    }
  }
}
