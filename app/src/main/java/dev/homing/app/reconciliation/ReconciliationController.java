package dev.homing.app.reconciliation;

import dev.homing.app.reconciliation.Reconciliation.Findings;
import dev.homing.app.reconciliation.Reconciliation.Repairs;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** For operators: what nobody works on, of all tenants. */
@RestController
@RequestMapping("/admin/reconciliation")
class ReconciliationController {
  private final Reconciliation reconciliation;

  ReconciliationController(Reconciliation reconciliation) {
    this.reconciliation = reconciliation;
  }

  @GetMapping
  Findings findings() {
    return reconciliation.findings();
  }

  @PostMapping
  Repairs repair() {
    return reconciliation.repair();
  }
}
