package dev.homing.activities.subscription;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import okhttp3.tls.Certificates;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.jspecify.annotations.Nullable;

/**
 * TLS settings of a subscription, in PEM (RFC 7468); {@link #toString()} hides them.
 *
 * @param authority certificates, one of which must have signed the receiver's certificate or be it;
 *     null: the authorities that the JVM trusts
 * @param certificate the client certificate, followed by its chain; null: none
 * @param key private key of the client certificate; null: none
 */
public record ReceiverTls(
    @Nullable String authority, @Nullable String certificate, @Nullable String key) {
  /** The default: no settings of its own. */
  public static final ReceiverTls DEFAULT = new ReceiverTls(null, null, null);

  /** The most characters of each of the three. */
  public static final int MAX_LENGTH = 32 * 1024;

  private static final Pattern PLAIN = Pattern.compile("[\\t\\r\\n -~]*");

  /**
   * The certificates for a client's handshakes.
   *
   * @throws IllegalArgumentException if one of the three cannot be parsed
   */
  public HandshakeCertificates handshake() {
    HandshakeCertificates.Builder builder = new HandshakeCertificates.Builder();
    (authority == null ? Jvm.AUTHORITIES : certificates(authority))
        .forEach(builder::addTrustedCertificate);
    if (certificate != null && key != null) {
      List<X509Certificate> chain = certificates(certificate);
      X509Certificate[] above = chain.subList(1, chain.size()).toArray(new X509Certificate[0]);
      builder.heldCertificate(held(chain.getFirst(), key), above);
    }
    return builder.build();
  }

  /** The authorities that the JVM trusts, read once, on first use. */
  private static final class Jvm {
    static final List<X509Certificate> AUTHORITIES =
        List.of(
            new HandshakeCertificates.Builder()
                .addPlatformTrustedCertificates()
                .build()
                .trustManager()
                .getAcceptedIssuers());
  }

  /** Why this text does not contain certificates; empty if it does. */
  public static Optional<String> complaintAboutCertificates(String pem) {
    try {
      var unused = certificates(pem);
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.of(
          "must be certificates in PEM, at most %d characters of ASCII".formatted(MAX_LENGTH));
    }
  }

  /** Why this is not the key of the certificate, without repeating it; empty if it is. */
  public static Optional<String> complaintAboutKey(String certificate, String key) {
    try {
      return belongTogether(held(certificates(certificate).getFirst(), key).keyPair())
          ? Optional.empty()
          : Optional.of("is not the key of the certificate");
    } catch (IllegalArgumentException e) {
      return Optional.of(
          "must be an RSA or EC key in PEM of PKCS#8 (BEGIN PRIVATE KEY), not encrypted");
    }
  }

  private static List<X509Certificate> certificates(String pem) {
    try {
      List<X509Certificate> all =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(
                  new ByteArrayInputStream(plain(pem).getBytes(StandardCharsets.UTF_8)))
              .stream()
              .map(X509Certificate.class::cast)
              .toList();
      if (all.isEmpty()) {
        throw new IllegalArgumentException("no certificate");
      }
      return all;
    } catch (CertificateException e) {
      throw new IllegalArgumentException("no certificate", e);
    }
  }

  private static HeldCertificate held(X509Certificate certificate, String key) {
    return HeldCertificate.decode(Certificates.certificatePem(certificate) + plain(key));
  }

  /** PEM is ASCII only (RFC 7468); parsers would skip any text in front of the first BEGIN. */
  private static String plain(String pem) {
    if (pem.length() > MAX_LENGTH || !PLAIN.matcher(pem).matches()) {
      throw new IllegalArgumentException("too long, or not ASCII");
    }
    return pem;
  }

  /** True if the public key verifies a signature of the private key. */
  private static boolean belongTogether(KeyPair keys) {
    String algorithm =
        keys.getPublic().getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
    try {
      byte[] something = {1, 2, 3};
      Signature signing = Signature.getInstance(algorithm);
      signing.initSign(keys.getPrivate());
      signing.update(something);
      byte[] signed = signing.sign();
      Signature verifying = Signature.getInstance(algorithm);
      verifying.initVerify(keys.getPublic());
      verifying.update(something);
      return verifying.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  @Override
  public String toString() {
    return "ReceiverTls";
  }
}
