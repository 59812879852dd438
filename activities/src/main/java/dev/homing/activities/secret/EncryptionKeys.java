package dev.homing.activities.secret;

import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.regex.Pattern;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * What {@code HOMING_ENCRYPTION_KEYS} says: {@code id:base64,id2:base64}, each key 32 bytes.
 *
 * <p>The first encrypts, all decrypt. So keys are rotated by putting a new one in front, and an old
 * one may go when nothing is sealed with it any more.
 */
public record EncryptionKeys(SequencedMap<String, SecretKey> byId) {
  private static final int KEY_BYTES = 32;
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,32}");

  public EncryptionKeys {
    if (byId.isEmpty()) {
      throw wrong("holds no key; make one with: openssl rand -base64 32");
    }
    byId = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(byId));
  }

  /**
   * Reads the setting.
   *
   * @throws IllegalArgumentException with a line that names what is wrong, and never a key
   */
  public static EncryptionKeys parse(String text) {
    SequencedMap<String, SecretKey> keys = new LinkedHashMap<>();
    if (!text.isBlank()) {
      String[] entries = text.split(",", -1);
      for (int i = 0; i < entries.length; i++) {
        add(keys, entries[i].strip(), i + 1);
      }
    }
    return new EncryptionKeys(keys);
  }

  private static void add(Map<String, SecretKey> keys, String entry, int position) {
    int colon = entry.indexOf(':');
    if (colon < 0) {
      throw wrong("entry %d is not id:base64".formatted(position));
    }
    String id = entry.substring(0, colon);
    if (!ID.matcher(id).matches()) {
      throw wrong(
          "entry %d: an id has 1 to 32 letters, digits, hyphens or underscores"
              .formatted(position));
    }
    if (keys.put(id, key(id, entry.substring(colon + 1))) != null) {
      throw wrong("the id %s is there twice".formatted(id));
    }
  }

  private static SecretKey key(String id, String base64) {
    byte[] key;
    try {
      key = Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException malformed) {
      throw wrong("the key %s is not base64".formatted(id)); // The cause quotes the key.
    }
    if (key.length != KEY_BYTES) {
      throw wrong("the key %s has %d bytes instead of 32".formatted(id, key.length));
    }
    return new SecretKeySpec(key, "AES");
  }

  private static IllegalArgumentException wrong(String what) {
    return new IllegalArgumentException(what);
  }

  /** The ids only. */
  @Override
  public String toString() {
    return "EncryptionKeys" + byId.keySet();
  }
}
