package dev.homing.activities.outbound;

import dev.homing.activities.secret.SigningSecret;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/** Signs as Standard Webhooks 1.0.0 says. */
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
        .map(secret -> secret.sign(head, payload))
        .collect(Collectors.joining(" "));
  }
}
