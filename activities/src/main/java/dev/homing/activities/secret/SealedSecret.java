package dev.homing.activities.secret;

import org.jspecify.annotations.Nullable;

/**
 * A signing secret as it is stored.
 *
 * @param text encrypted
 * @param publicKey with which a receiver verifies; null: it needs the secret
 */
public record SealedSecret(String text, @Nullable String publicKey) {}
