package dev.homing.activities.secret;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * What both sides know: {@code whsec_} and 24 to 64 random bytes in base64; the key is the decoded
 * bytes. It signs with HMAC-SHA256, which Standard Webhooks calls {@code v1}.
 */
public final class SymmetricSecret implements SigningSecret {
  static final String PREFIX = "whsec_";
  private static final String HMAC = "HmacSHA256";
  private static final int SHORTEST = 24;
  private static final int LONGEST = 64;
  private static final int GENERATED = 32;

  private final byte[] key;

  private SymmetricSecret(byte[] key) {
    this.key = key;
  }

  public static SymmetricSecret generate(SecureRandom random) {
    byte[] key = new byte[GENERATED];
    random.nextBytes(key);
    return new SymmetricSecret(key);
  }

  static SymmetricSecret of(byte[] key) {
    if (key.length < SHORTEST || key.length > LONGEST) {
      throw new IllegalArgumentException(
          "A secret holds 24 to 64 bytes, this one %d.".formatted(key.length));
    }
    return new SymmetricSecret(key);
  }

  @Override
  public String sign(byte[] head, byte[] payload) {
    return sign(key, head, payload);
  }

  static String sign(byte[] key, byte[] head, byte[] payload) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(new SecretKeySpec(key, HMAC));
      mac.update(head);
      return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(payload));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible); // Every Java platform has it.
    }
  }

  @Override
  public String text() {
    return PREFIX + Base64.getEncoder().encodeToString(key);
  }

  @Override
  public Optional<String> publicKey() {
    return Optional.empty();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof SymmetricSecret secret && MessageDigest.isEqual(key, secret.key);
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
