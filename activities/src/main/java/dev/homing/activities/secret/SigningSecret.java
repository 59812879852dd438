package dev.homing.activities.secret;

import java.util.Base64;
import java.util.Optional;

/**
 * Signs what a subscription receives, as Standard Webhooks 1.0.0 says.
 *
 * <p>Two are equal when their bytes are, compared in constant time; {@code toString} shows none of
 * them.
 */
public sealed interface SigningSecret permits SymmetricSecret, AsymmetricSecret {

  /**
   * Reads what {@link #text()} writes.
   *
   * @throws IllegalArgumentException with a sentence for the user, which does not repeat the text
   */
  static SigningSecret parse(String text) {
    if (text.startsWith(SymmetricSecret.PREFIX)) {
      return SymmetricSecret.of(decode(text, SymmetricSecret.PREFIX));
    }
    if (text.startsWith(AsymmetricSecret.PREFIX)) {
      return AsymmetricSecret.of(decode(text, AsymmetricSecret.PREFIX));
    }
    throw new IllegalArgumentException("A secret starts with whsec_, or with whsk_.");
  }

  private static byte[] decode(String text, String prefix) {
    try {
      return Base64.getDecoder().decode(text.substring(prefix.length()));
    } catch (IllegalArgumentException malformed) {
      // Its message repeats a character of the secret.
      throw new IllegalArgumentException(
          "After %s comes standard base64, not URL-safe.".formatted(prefix));
    }
  }

  /**
   * One item of {@code webhook-signature}: {@code scheme,base64}.
   *
   * @param head what is signed before the payload
   */
  String sign(byte[] head, byte[] payload);

  /** The secret itself: for its owner, and for nobody's log. */
  String text();

  /** {@code whpk_} and base64, with which a receiver verifies; empty if it needs the secret. */
  Optional<String> publicKey();
}
