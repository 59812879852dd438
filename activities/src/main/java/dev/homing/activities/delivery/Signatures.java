package dev.homing.activities.delivery;

import dev.homing.activities.subscription.SigningSecret;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signs as Standard Webhooks 1.0.0 says, with its symmetric scheme {@code v1}. */
final class Signatures {
  private Signatures() {}

  /**
   * The value of {@code webhook-signature}: one signature for each secret, between spaces.
   *
   * @param timestamp seconds since 1970 of this attempt; receivers reject what is older than five
   *     minutes
   */
  static String sign(List<SigningSecret> secrets, String id, long timestamp, byte[] payload) {
    byte[] head = (id + "." + Long.toString(timestamp) + ".").getBytes(StandardCharsets.US_ASCII);
    return secrets.stream()
        .map(secret -> sign(secret.bytes(), head, payload))
        .collect(Collectors.joining(" "));
  }

  /** One signature. */
  static String sign(byte[] key, byte[] head, byte[] payload) {
    return "v1," + Base64.getEncoder().encodeToString(hmac(key, head, payload));
  }

  private static byte[] hmac(byte[] key, byte[] head, byte[] payload) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      mac.update(head);
      return mac.doFinal(payload);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible); // Every Java platform has it.
    }
  }
}
