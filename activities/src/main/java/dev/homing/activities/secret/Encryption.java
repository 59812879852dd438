package dev.homing.activities.secret;

import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * Seals what a subscription keeps secret: AES-256-GCM with a random nonce of 96 bits.
 *
 * <p>A sealed text is {@code keyId.base64(nonce, ciphertext, tag)}. It opens only for the tenant,
 * subscription and purpose it was sealed for, so that a row copied elsewhere is of no use.
 */
public final class Encryption {
  private static final String CIPHER = "AES/GCM/NoPadding";
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;

  private final EncryptionKeys keys;
  private final SecureRandom random;

  public Encryption(EncryptionKeys keys, SecureRandom random) {
    this.keys = keys;
    this.random = random;
  }

  /**
   * Whose secret it is, and what for.
   *
   * @param purpose one word, such as {@code signing}
   */
  public record Owner(Tenant tenant, SubscriptionId subscription, String purpose) {

    /** Each part behind its length, so that no two owners look alike. */
    private byte[] bytes() {
      byte[][] parts = {utf8(tenant.name()), utf8(subscription.toString()), utf8(purpose)};
      ByteBuffer all =
          ByteBuffer.allocate(12 + parts[0].length + parts[1].length + parts[2].length);
      for (byte[] part : parts) {
        all.putInt(part.length).put(part);
      }
      return all.array();
    }

    private static byte[] utf8(String text) {
      return text.getBytes(StandardCharsets.UTF_8);
    }
  }

  public String seal(byte[] secret, Owner owner) {
    Map.Entry<String, SecretKey> newest = keys.byId().firstEntry();
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    try {
      Cipher cipher = cipher(Cipher.ENCRYPT_MODE, newest.getValue(), nonce, owner);
      byte[] sealed = cipher.doFinal(secret);
      byte[] all = ByteBuffer.allocate(nonce.length + sealed.length).put(nonce).put(sealed).array();
      return newest.getKey() + "." + Base64.getEncoder().encodeToString(all);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible); // Every Java platform has it.
    }
  }

  /**
   * Opens what {@link #seal} made for the same owner.
   *
   * @throws IllegalStateException if its key is not configured, or if it was changed, or sealed for
   *     another owner
   */
  public byte[] open(String text, Owner owner) {
    int dot = text.indexOf('.');
    SecretKey key = key(text.substring(0, Math.max(dot, 0)));
    try {
      byte[] all = Base64.getDecoder().decode(text.substring(dot + 1));
      ByteBuffer parts = ByteBuffer.wrap(all);
      byte[] nonce = new byte[NONCE_BYTES];
      parts.get(nonce);
      Cipher cipher = cipher(Cipher.DECRYPT_MODE, key, nonce, owner);
      return cipher.doFinal(all, NONCE_BYTES, parts.remaining());
    } catch (AEADBadTagException | IllegalArgumentException | BufferUnderflowException e) {
      throw new IllegalStateException("A sealed secret was changed, or is another's.", e);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** True when it is sealed with the key that seals now. */
  boolean isUpToDate(String text) {
    return text.startsWith(keys.byId().firstEntry().getKey() + ".");
  }

  private SecretKey key(String id) {
    SecretKey key = keys.byId().get(id);
    if (key == null) {
      throw new IllegalStateException(
          "A secret is sealed with the key %s, which HOMING_ENCRYPTION_KEYS lacks.".formatted(id));
    }
    return key;
  }

  private static Cipher cipher(int mode, SecretKey key, byte[] nonce, Owner owner)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance(CIPHER);
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(owner.bytes());
    return cipher;
  }
}
