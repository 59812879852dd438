package dev.homing.app.limit;

import dev.homing.activities.Setting;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.unit.DataSize;

/**
 * The quotas of callers; null means no limit.
 *
 * @param tenantRequests requests per second by all callers of a tenant ({@code
 *     HOMING_TENANT_REQUESTS})
 * @param tenantBytes bytes of their bodies per second ({@code HOMING_TENANT_BYTES})
 * @param keyRequests requests per second with one key ({@code HOMING_KEY_REQUESTS})
 * @param tenantSubscriptions subscriptions of a tenant ({@code HOMING_TENANT_SUBSCRIPTIONS})
 * @param typeSubscriptions subscriptions of a tenant that name the same event type or pattern
 *     ({@code HOMING_TYPE_SUBSCRIPTIONS})
 */
@ConfigurationProperties("homing.limits")
public record LimitSettings(
    @Nullable Integer tenantRequests,
    @Nullable DataSize tenantBytes,
    @Nullable Integer keyRequests,
    @Nullable Integer tenantSubscriptions,
    @Nullable Integer typeSubscriptions) {

  public LimitSettings {
    check("homing.limits.tenant-requests", tenantRequests);
    check("homing.limits.key-requests", keyRequests);
    check("homing.limits.tenant-subscriptions", tenantSubscriptions);
    check("homing.limits.type-subscriptions", typeSubscriptions);
    if (tenantBytes != null && tenantBytes.toBytes() < 1) {
      throw new Setting.Invalid(
          "homing.limits.tenant-bytes", tenantBytes.toString(), "at least 1B, or none");
    }
  }

  private static void check(String property, @Nullable Integer most) {
    if (most != null && most < 1) {
      throw new Setting.Invalid(property, most.toString(), "at least 1, or none");
    }
  }
}
