package dev.homing.activities.secret;

import org.jspecify.annotations.Nullable;

/**
 * A signing secret as it is stored.
 *
 * @param text the secret, encrypted
 * @param publicKey lets a receiver verify; null if verifying needs the secret
 */
public record SealedSecret(String text, @Nullable String publicKey) {}
