package dev.homing.activities.secret;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What only the sender knows: {@code whsk_} and 64 bytes in base64, the seed and the public key. It
 * signs with Ed25519 (RFC 8032), which Standard Webhooks calls {@code v1a}.
 */
public final class AsymmetricSecret implements SigningSecret {
  static final String PREFIX = "whsk_";
  private static final String PUBLIC_PREFIX = "whpk_";
  private static final String ED25519 = "Ed25519";
  private static final int PART = 32;

  /** What stands before the 32 bytes of a public key in the form that Java reads (RFC 8410). */
  private static final byte[] X509_HEAD = HexFormat.of().parseHex("302a300506032b6570032100");

  private final byte[] bytes;
  private final PrivateKey key;

  private AsymmetricSecret(byte[] bytes, PrivateKey key) {
    this.bytes = bytes;
    this.key = key;
  }

  public static AsymmetricSecret generate(SecureRandom random) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(ED25519);
      generator.initialize(NamedParameterSpec.ED25519, random);
      KeyPair pair = generator.generateKeyPair();
      byte[] seed = ((EdECPrivateKey) pair.getPrivate()).getBytes().orElseThrow();
      byte[] encoded = pair.getPublic().getEncoded();
      byte[] bytes = Arrays.copyOf(seed, 2 * PART);
      System.arraycopy(encoded, encoded.length - PART, bytes, PART, PART);
      return new AsymmetricSecret(bytes, pair.getPrivate());
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible); // Every Java since 15 has it.
    }
  }

  static AsymmetricSecret of(byte[] bytes) {
    if (bytes.length != 2 * PART) {
      throw new IllegalArgumentException(
          "A private key holds 64 bytes, seed and public key, this one %d."
              .formatted(bytes.length));
    }
    try {
      KeyFactory keys = KeyFactory.getInstance(ED25519);
      byte[] seed = Arrays.copyOf(bytes, PART);
      PrivateKey key =
          keys.generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, seed));
      byte[] encoded = Arrays.copyOf(X509_HEAD, X509_HEAD.length + PART);
      System.arraycopy(bytes, PART, encoded, X509_HEAD.length, PART);
      AsymmetricSecret secret = new AsymmetricSecret(bytes, key);
      secret.check(keys.generatePublic(new X509EncodedKeySpec(encoded)));
      return secret;
    } catch (GeneralSecurityException wrong) {
      throw new IllegalArgumentException("A private key ends with its own public key.", wrong);
    }
  }

  /** A receiver that verifies with another public key would refuse everything. */
  private void check(PublicKey own) throws GeneralSecurityException {
    Signature verifier = Signature.getInstance(ED25519);
    verifier.initVerify(own);
    if (!verifier.verify(signature(new byte[0], new byte[0]))) {
      throw new GeneralSecurityException("another public key");
    }
  }

  @Override
  public String sign(byte[] head, byte[] payload) {
    try {
      return "v1a," + Base64.getEncoder().encodeToString(signature(head, payload));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private byte[] signature(byte[] head, byte[] payload) throws GeneralSecurityException {
    Signature signer = Signature.getInstance(ED25519);
    signer.initSign(key);
    signer.update(head);
    signer.update(payload);
    return signer.sign();
  }

  @Override
  public String text() {
    return PREFIX + Base64.getEncoder().encodeToString(bytes);
  }

  @Override
  public Optional<String> publicKey() {
    byte[] own = Arrays.copyOfRange(bytes, PART, bytes.length);
    return Optional.of(PUBLIC_PREFIX + Base64.getEncoder().encodeToString(own));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof AsymmetricSecret secret && MessageDigest.isEqual(bytes, secret.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return PREFIX + "***";
  }
}
