package dev.homing.app.access;

import dev.homing.workflows.Tenant;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A key as it is kept.
 *
 * @param tenant whom it speaks for, in everything
 * @param secretHash SHA-256
 * @param expiresAt null: never
 * @param revokedAt null: it is not
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

  /** Stands for a key that there is not: no secret is its. */
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

  /** Whether this is it, and may be used; takes as long for a wrong secret as for the right one. */
  boolean isValid(ApiKeyToken shown, Instant now) {
    boolean right = MessageDigest.isEqual(secretHash, shown.hash());
    return right && revokedAt == null && (expiresAt == null || now.isBefore(expiresAt));
  }

  @Override
  public String toString() {
    return "ApiKey[%s of %s]".formatted(id, tenant);
  }
}
