package dev.homing.activities.outbound;

import dev.homing.activities.secret.SigningSecret;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/** Signs webhooks by Standard Webhooks 1.0.0. */
final class Signatures {
  private Signatures() {}

  /**
   * The value of {@code webhook-signature}: one signature per secret, separated by spaces.
   *
   * @param timestamp of this attempt, in seconds since 1970; receivers reject signatures older than
   *     five minutes
   */
  static String sign(List<SigningSecret> secrets, String id, long timestamp, byte[] payload) {
    byte[] head = (id + "." + Long.toString(timestamp) + ".").getBytes(StandardCharsets.US_ASCII);
    return secrets.stream()
        .map(secret -> secret.sign(head, payload))
        .collect(Collectors.joining(" "));
  }
}
