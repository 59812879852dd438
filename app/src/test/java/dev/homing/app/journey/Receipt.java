package dev.homing.app.journey;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.EmptyWebhookSecretException;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A received webhook.
 *
 * @param headers in lower case
 */
@SuppressWarnings("ArrayRecordComponent")
public record Receipt(Map<String, List<String>> headers, byte[] body, Instant cameAt) {

  /** The event's id. */
  public String id() {
    return header("webhook-id");
  }

  public long timestamp() {
    return Long.parseLong(header("webhook-timestamp"));
  }

  public int attempt() {
    return Integer.parseInt(header("webhook-attempt"));
  }

  public String contentType() {
    return header("content-type");
  }

  public String text() {
    return new String(body, StandardCharsets.UTF_8);
  }

  public String header(String name) {
    return Objects.requireNonNull(headers.get(name), name).getFirst();
  }

  /**
   * Verifies with an independent library, which reads text only; other bodies with the JDK's HMAC.
   */
  public boolean isSignedWith(String secret) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
      new Webhook(secret).verify(text, headers);
      return true;
    } catch (CharacterCodingException notText) {
      return header("webhook-signature").equals(signature(secret));
    } catch (WebhookVerificationException | EmptyWebhookSecretException wrong) {
      return false;
    }
  }

  /** Verifies with the JDK and a public key of Standard Webhooks. */
  public boolean isSignedFor(String publicKey) throws GeneralSecurityException {
    byte[] point = Base64.getDecoder().decode(publicKey.substring("whpk_".length()));
    byte[] encoded =
        ByteBuffer.allocate(44)
            .put(HexFormat.of().parseHex("302a300506032b6570032100")) // RFC 8410
            .put(point)
            .array();
    Signature verifier = Signature.getInstance("Ed25519");
    for (String signature : header("webhook-signature").split(" ", -1)) {
      verifier.initVerify(
          KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded)));
      verifier.update("%s.%d.".formatted(id(), timestamp()).getBytes(StandardCharsets.US_ASCII));
      verifier.update(body);
      if (signature.startsWith("v1a,")
          && verifier.verify(Base64.getDecoder().decode(signature.substring("v1a,".length())))) {
        return true;
      }
    }
    return false;
  }

  private String signature(String secret) {
    byte[] key = Base64.getDecoder().decode(secret.substring("whsec_".length()));
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      mac.update("%s.%d.".formatted(id(), timestamp()).getBytes(StandardCharsets.US_ASCII));
      return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(body));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
