package dev.homing.app.subscription;

import dev.homing.activities.subscription.Resealing;
import dev.homing.app.audit.Action;
import dev.homing.app.audit.AuditLog;
import dev.homing.workflows.Tenant;
import java.util.Map;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** For operators who put another key in front: which keys are in use, and sealing anew. */
@RestController
@RequestMapping("/admin/encryption")
class ResealingController {
  private final Resealing resealing;
  private final AuditLog auditLog;

  ResealingController(Resealing resealing, AuditLog auditLog) {
    this.resealing = resealing;
    this.auditLog = auditLog;
  }

  /**
   * Which keys are in use.
   *
   * @param secretsByKey how many secrets are sealed with each, by its id
   */
  record Usage(Map<String, Integer> secretsByKey) {}

  @GetMapping
  Usage usage() {
    return new Usage(resealing.secretsByKey());
  }

  /** All of it with the first key; it may be repeated. */
  @PostMapping
  Resealing.Result reseal(@AuthenticationPrincipal Tenant tenant) {
    auditLog.add(tenant, Action.SECRETS_RESEALED, "all");
    return resealing.resealAll();
  }
}
