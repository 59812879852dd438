package dev.homing.app.portal;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The part of a portal link that opens it: {@code hp_<id>_<secret>}. It is the link's fragment (RFC
 * 3986, section 3.5), which browsers send to no server: so no log of a proxy has it, and no {@code
 * Referer}.
 *
 * @param secret 32 random bytes in hexadecimal, so a plain hash of it can be stored
 */
record PortalToken(PortalLinkId id, String secret) {
  private static final int SECRET_BYTES = 32;
  private static final HexFormat HEX = HexFormat.of();
  private static final Pattern FORM =
      Pattern.compile("(?<id>hp_[0-9a-f-]{36})_(?<secret>[0-9a-f]{64})");

  static PortalToken generate(PortalLinkId id, SecureRandom random) {
    byte[] secret = new byte[SECRET_BYTES];
    random.nextBytes(secret);
    return new PortalToken(id, HEX.formatHex(secret));
  }

  /** Parses a token; empty unless its form is right. */
  static Optional<PortalToken> read(String text) {
    Matcher parts = FORM.matcher(text);
    return parts.matches()
        ? PortalLinkId.read(parts.group("id")).map(id -> new PortalToken(id, parts.group("secret")))
        : Optional.empty();
  }

  /** The whole token, as the link holds it. */
  String text() {
    return id + "_" + secret;
  }

  /** The SHA-256 hash of the secret, which is stored. */
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
