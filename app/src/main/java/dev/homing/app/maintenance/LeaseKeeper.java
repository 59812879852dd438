package dev.homing.app.maintenance;

import dev.homing.activities.event.Leases;
import dev.homing.activities.lane.EarlyStart;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/** Renews leases of events waiting on this node, and evicts unclaimed offers and results. */
@Component
class LeaseKeeper {
  private static final Logger log = LoggerFactory.getLogger(LeaseKeeper.class);

  private final Leases leases;
  private final EarlyStart earlyStart;

  LeaseKeeper(Leases leases, EarlyStart earlyStart) {
    this.leases = leases;
    this.earlyStart = earlyStart;
  }

  void renew() {
    try {
      leases.renewKept();
    } catch (DataAccessException e) {
      log.warn("cannot renew the leases of waiting events: {}", e.getMessage());
    }
  }

  void evict() {
    leases.evictExpiredOffers();
    earlyStart.evictEnded();
  }
}
