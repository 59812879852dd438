import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

class Verify {
  /** headers: with lower-case names; body: exactly the bytes that came. */
  static boolean verify(String secret, Map<String, String> headers, byte[] body)
      throws GeneralSecurityException {
    String timestamp = headers.get("webhook-timestamp");
    if (Math.abs(Instant.now().getEpochSecond() - Long.parseLong(timestamp)) > 300) {
      return false;
    }
    byte[] key = Base64.getDecoder().decode(secret.replace("whsec_", ""));
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    mac.update("%s.%s.".formatted(headers.get("webhook-id"), timestamp).getBytes());
    String expected = "v1," + Base64.getEncoder().encodeToString(mac.doFinal(body));
    return Arrays.stream(headers.get("webhook-signature").split(" "))
        .anyMatch(given -> MessageDigest.isEqual(given.getBytes(), expected.getBytes()));
  }
}
