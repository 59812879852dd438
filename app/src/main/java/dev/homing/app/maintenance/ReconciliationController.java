package dev.homing.app.maintenance;

import dev.homing.app.maintenance.Reconciliation.Findings;
import dev.homing.app.maintenance.Reconciliation.Repairs;
import dev.homing.workflows.Tenant;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Lets operators find and repair stalled events and deliveries of all tenants. */
@RestController
@RequestMapping("/admin/reconciliation")
class ReconciliationController {
  private final Reconciliation reconciliation;

  ReconciliationController(Reconciliation reconciliation) {
    this.reconciliation = reconciliation;
  }

  /** Shows the events and deliveries of all tenants that need repair. */
  @GetMapping
  Findings findings() {
    return reconciliation.findings();
  }

  /**
   * Repairs at once up to 200 events and 200 deliveries, as every node does by itself.
   *
   * @throws Problem 503: Temporal does not answer
   */
  @PostMapping
  Repairs repair(@AuthenticationPrincipal Tenant tenant) {
    return reconciliation.repair(tenant);
  }
}
