package dev.homing.activities.subscription;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Signs what a subscription receives: {@code whsec_} and 24 to 64 random bytes in base64.
 *
 * <p>The key is the decoded bytes (Standard Webhooks 1.0.0). Two are equal when their bytes are,
 * compared in constant time; {@link #toString()} shows none of them.
 */
public final class SigningSecret {
  private static final String PREFIX = "whsec_";
  private static final int SHORTEST = 24;
  private static final int LONGEST = 64;
  private static final int GENERATED = 32;

  private final byte[] key;

  private SigningSecret(byte[] key) {
    this.key = key;
  }

  public static SigningSecret generate(SecureRandom random) {
    byte[] key = new byte[GENERATED];
    random.nextBytes(key);
    return new SigningSecret(key);
  }

  /**
   * Reads what {@link #text()} writes.
   *
   * @throws IllegalArgumentException with a sentence for the user, which does not repeat the text
   */
  public static SigningSecret parse(String text) {
    if (!text.startsWith(PREFIX)) {
      throw new IllegalArgumentException("A secret starts with whsec_.");
    }
    byte[] key = decode(text.substring(PREFIX.length()));
    if (key.length < SHORTEST || key.length > LONGEST) {
      throw new IllegalArgumentException(
          "A secret holds 24 to 64 bytes, this one %d.".formatted(key.length));
    }
    return new SigningSecret(key);
  }

  private static byte[] decode(String base64) {
    try {
      return Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException malformed) {
      // Its message repeats a character of the secret.
      throw new IllegalArgumentException("After whsec_ comes standard base64, not URL-safe.");
    }
  }

  /** The secret itself: for its owner, and for nobody's log. */
  public String text() {
    return PREFIX + Base64.getEncoder().encodeToString(key);
  }

  /** A copy of the key. */
  public byte[] bytes() {
    return key.clone();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof SigningSecret secret && MessageDigest.isEqual(key, secret.key);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(key);
  }

  @Override
  public String toString() {
    return PREFIX + "***";
  }
}
