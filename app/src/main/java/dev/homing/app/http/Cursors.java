package dev.homing.app.http;

import dev.homing.activities.secret.EncryptionKeys;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.crypto.KDF;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.HKDFParameterSpec;
import org.springframework.stereotype.Component;

/**
 * Seals where a page of a list ends, so that a caller can only go on with the list it has.
 *
 * <p>A cursor is a position behind its HMAC-SHA256, cut to 128 bits (RFC 2104, section 5). The MAC
 * covers the list as well: whose it is, and by which filters. The first of {@code
 * HOMING_ENCRYPTION_KEYS} seals, all of them open. What a position says is no secret.
 */
@Component
public final class Cursors {
  private static final String ALGORITHM = "HmacSHA256";
  private static final int MAC_BYTES = 16;

  /** In base64url, without padding. */
  private static final int MAC_LENGTH = 22;

  private static final byte[] PURPOSE = utf8("homing list cursors");

  private final List<SecretKey> keys;

  Cursors(EncryptionKeys keys) {
    this.keys = keys.byId().values().stream().map(Cursors::derived).toList();
  }

  /** The encryption keys themselves are for encryption only (RFC 5869). */
  private static SecretKey derived(SecretKey key) {
    try {
      return KDF.getInstance("HKDF-SHA256")
          .deriveKey(ALGORITHM, HKDFParameterSpec.ofExtract().addIKM(key).thenExpand(PURPOSE, 32));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible); // Every Java platform has it.
    }
  }

  /**
   * A cursor for that position of a list.
   *
   * @param list all that a cursor of this list has in common, and no other's has
   * @param position of characters that a URL takes as they are
   */
  public String seal(String list, String position) {
    return seal(keys.getFirst(), list, position);
  }

  /** The position that was sealed for this list; throws a problem for anything else. */
  public String open(String list, String cursor) {
    String position = cursor.substring(Math.min(MAC_LENGTH, cursor.length()));
    byte[] given = utf8(cursor);
    if (keys.stream()
        .anyMatch(key -> MessageDigest.isEqual(given, utf8(seal(key, list, position))))) {
      return position;
    }
    throw Problem.malformed(
        "cursor must be a next_cursor of the same list: ask with the filters that it came with");
  }

  private static String seal(SecretKey key, String list, String position) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      byte[] context = utf8(list);
      mac.update(ByteBuffer.allocate(4).putInt(context.length).array());
      mac.update(context);
      byte[] half = Arrays.copyOf(mac.doFinal(utf8(position)), MAC_BYTES);
      return Base64.getUrlEncoder().withoutPadding().encodeToString(half) + position;
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible); // Every Java platform has it.
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
