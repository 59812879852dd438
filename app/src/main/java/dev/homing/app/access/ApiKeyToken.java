package dev.homing.app.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/**
 * A key as its owner has it: {@code hk_<id>_<secret>_<checksum>}.
 *
 * <p>The secret is 32 random bytes, so a plain hash of it may be kept. The checksum (CRC-32 of what
 * comes before it) tells a key that was cut or mistyped from a wrong one, and a scanner of source
 * code that it found one.
 *
 * @param secret in hexadecimal; never shown again
 */
record ApiKeyToken(KeyId id, String secret) {
  private static final int SECRET_BYTES = 32;
  private static final HexFormat HEX = HexFormat.of();
  private static final Pattern FORM =
      Pattern.compile("(?<id>hk_[0-9a-f-]{36})_(?<secret>[0-9a-f]{64})_(?<checksum>[0-9a-f]{8})");

  static ApiKeyToken generate(KeyId id, SecureRandom random) {
    byte[] secret = new byte[SECRET_BYTES];
    random.nextBytes(secret);
    return new ApiKeyToken(id, HEX.formatHex(secret));
  }

  /** Empty unless the text is a key: one that may be valid. */
  static Optional<ApiKeyToken> read(String text) {
    Matcher parts = FORM.matcher(text);
    if (!parts.matches()) {
      return Optional.empty();
    }
    return KeyId.read(parts.group("id"))
        .map(id -> new ApiKeyToken(id, parts.group("secret")))
        .filter(key -> key.text().equals(text));
  }

  /** All of it, for its owner. */
  String text() {
    String key = id + "_" + secret;
    CRC32 checksum = new CRC32();
    checksum.update(key.getBytes(StandardCharsets.US_ASCII));
    return key + "_" + HEX.toHexDigits((int) checksum.getValue());
  }

  /** Of the secret, SHA-256: what is kept. */
  byte[] hash() {
    try {
      return MessageDigest.getInstance("SHA-256").digest(HEX.parseHex(secret));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible); // Every Java platform has it.
    }
  }

  @Override
  public String toString() {
    return id + "_***";
  }
}
