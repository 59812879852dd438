package dev.homing.activities.secret;

import java.util.Base64;
import java.util.Optional;

/**
 * Signs a subscription's webhooks by Standard Webhooks 1.0.0.
 *
 * <p>Secrets are equal when their bytes are, compared in constant time; {@code toString} hides
 * them.
 */
public sealed interface SigningSecret permits SymmetricSecret, AsymmetricSecret {

  /**
   * Parses the output of {@link #text()}.
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
    throw new IllegalArgumentException("A secret starts with whsec_ or whsk_.");
  }

  private static byte[] decode(String text, String prefix) {
    try {
      return Base64.getDecoder().decode(text.substring(prefix.length()));
    } catch (IllegalArgumentException e) {
      // Without the cause, which quotes a character of the secret.
      throw new IllegalArgumentException(
          "After %s comes standard base64, not URL-safe.".formatted(prefix));
    }
  }

  /**
   * One signature for {@code webhook-signature}: {@code scheme,base64}.
   *
   * @param head signed in front of the payload
   */
  String sign(byte[] head, byte[] payload);

  /** The secret itself, to show to its owner and never to log. */
  String text();

  /** {@code whpk_} and base64, to verify with; empty if verifying needs the secret. */
  Optional<String> publicKey();
}
