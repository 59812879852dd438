package dev.homing.app.maintenance;

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

/** Lets operators change encryption keys: shows keys in use and reseals secrets. */
@RestController
@RequestMapping("/admin/encryption")
public class ResealingController {
  private final Resealing resealing;
  private final AuditLog auditLog;

  ResealingController(Resealing resealing, AuditLog auditLog) {
    this.resealing = resealing;
    this.auditLog = auditLog;
  }

  /**
   * The encryption keys in use.
   *
   * @param secretsByKey the number of secrets sealed with each key, by key id
   */
  public record Usage(Map<String, Integer> secretsByKey) {}

  /** Shows how many secrets each encryption key seals. */
  @GetMapping
  public Usage usage() {
    return new Usage(resealing.secretsByKey());
  }

  /**
   * The result, in numbers of subscriptions.
   *
   * @param unreadable their key is not configured, or the stored secret was changed
   * @param changedMeanwhile changed by their owners during the run; reseal again
   */
  public record Resealed(int resealed, int unreadable, int changedMeanwhile) {
    private static Resealed of(Resealing.Result result) {
      return new Resealed(result.resealed(), result.unreadable(), result.changedMeanwhile());
    }
  }

  /** Reseals all secrets with the first key; safe to repeat. */
  @PostMapping
  public Resealed reseal(@AuthenticationPrincipal Tenant tenant) {
    auditLog.add(tenant, Action.SECRETS_RESEALED, "all");
    return Resealed.of(resealing.resealAll());
  }
}
