package dev.homing.app.access;

import dev.homing.workflows.Tenant;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An API key as it is stored.
 *
 * @param tenant for which the key acts
 * @param secretHash SHA-256
 * @param expiresAt null: never
 * @param revokedAt null: not revoked
 * @param lastUsedAt to the minute; null: never
 */
@SuppressWarnings("ArrayRecordComponent")
record ApiKey(
    KeyId id,
    Tenant tenant,
    String description,
    Set<Scope> scopes,
    byte[] secretHash,
    @Nullable Instant expiresAt,
    @Nullable Instant revokedAt,
    @Nullable Instant lastUsedAt) {

  /** Stands in for an unknown key; no secret matches it. */
  static final ApiKey NONE =
      new ApiKey(
          new KeyId(new UUID(0, 0)),
          Tenant.DEFAULT,
          "",
          Set.of(),
          new byte[32],
          Instant.EPOCH,
          Instant.EPOCH,
          null);

  /** Whether the secret matches and the key may be used; right and wrong secrets take as long. */
  boolean isValid(ApiKeyToken shown, Instant now) {
    boolean right = MessageDigest.isEqual(secretHash, shown.hash());
    return right && isUsable(now);
  }

  /** Whether the key was not revoked and has not expired. */
  boolean isUsable(Instant now) {
    return revokedAt == null && (expiresAt == null || now.isBefore(expiresAt));
  }

  @Override
  public String toString() {
    return "ApiKey[%s of %s]".formatted(id, tenant);
  }
}
