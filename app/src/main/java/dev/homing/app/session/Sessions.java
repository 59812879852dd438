package dev.homing.app.session;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.homing.activities.secret.EncryptionKeys;
import dev.homing.app.access.AccessSettings;
import dev.homing.app.audit.Actor;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.HKDFParameterSpec;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * Seals who signed in, so that no node stores sessions and every node knows them.
 *
 * <p>A session names the key or the portal link, not its secret, and when it ends; whether that is
 * still valid is asked at each request. One of the admin key ends once that key is changed.
 * Sessions are sealed with AES-256-GCM under keys derived from {@code HOMING_ENCRYPTION_KEYS} (RFC
 * 5869): the first one seals, all of them open.
 */
@Component
class Sessions {
  /** How long a session lasts after signing in with a key. */
  static final Duration DURATION = Duration.ofHours(12);

  private static final String CIPHER = "AES/GCM/NoPadding";
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final byte[] PURPOSE = "homing sessions".getBytes(UTF_8);

  private final List<SecretKey> keys;
  private final String adminKeyDigest;
  private final Clock clock;
  private final SecureRandom random = new SecureRandom();

  @Autowired
  Sessions(EncryptionKeys keys, AccessSettings settings, Clock clock) {
    this.keys = keys.byId().values().stream().map(Sessions::derived).toList();
    this.adminKeyDigest = digest(settings.adminKey());
    this.clock = clock;
  }

  private static SecretKey derived(SecretKey key) {
    try {
      return KDF.getInstance("HKDF-SHA256")
          .deriveKey("AES", HKDFParameterSpec.ofExtract().addIKM(key).thenExpand(PURPOSE, 32));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible); // Every Java platform has it.
    }
  }

  /** A session that begins now, for the caller with this name, and lasts this long. */
  String begin(String name, Duration duration) {
    String digest = name.equals(Actor.ADMIN_KEY) ? adminKeyDigest : "";
    String text = clock.instant().plus(duration).toEpochMilli() + " " + name + " " + digest;
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    try {
      byte[] sealed =
          cipher(Cipher.ENCRYPT_MODE, keys.getFirst(), nonce).doFinal(text.getBytes(UTF_8));
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(
              ByteBuffer.allocate(nonce.length + sealed.length).put(nonce).put(sealed).array());
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible); // Every Java platform has AES-GCM.
    }
  }

  /** The name of the caller; empty if the session has ended, or is not one of ours. */
  Optional<String> name(String session) {
    return open(session).flatMap(this::current);
  }

  private Optional<String> open(String session) {
    byte[] all;
    try {
      all = Base64.getUrlDecoder().decode(session);
    } catch (IllegalArgumentException notBase64) {
      return Optional.empty();
    }
    return all.length <= NONCE_BYTES
        ? Optional.empty()
        : keys.stream().flatMap(key -> open(key, all).stream()).findFirst();
  }

  private static Optional<String> open(SecretKey key, byte[] all) {
    byte[] nonce = Arrays.copyOf(all, NONCE_BYTES);
    try {
      byte[] text =
          cipher(Cipher.DECRYPT_MODE, key, nonce)
              .doFinal(all, NONCE_BYTES, all.length - NONCE_BYTES);
      return Optional.of(new String(text, UTF_8));
    } catch (GeneralSecurityException changedOrOfAnotherKey) {
      return Optional.empty();
    }
  }

  private Optional<String> current(String text) {
    String[] parts = text.split(" ", -1);
    boolean ended = !clock.instant().isBefore(Instant.ofEpochMilli(Long.parseLong(parts[0])));
    boolean ofChangedKey = parts[1].equals(Actor.ADMIN_KEY) && !parts[2].equals(adminKeyDigest);
    return Stream.of(parts[1]).filter(_ -> !ended && !ofChangedKey).findFirst();
  }

  private static Cipher cipher(int mode, SecretKey key, byte[] nonce)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance(CIPHER);
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
    return cipher;
  }

  private static String digest(String key) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(key.getBytes(UTF_8)));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible); // Every Java platform has it.
    }
  }
}
