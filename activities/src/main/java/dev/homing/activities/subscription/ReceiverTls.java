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
 * TLS as a subscription wants it. All of it is PEM (RFC 7468); {@link #toString()} shows nothing.
 *
 * @param authority certificates of which one must have signed the receiver's, or be it; null:
 *     whomever the JVM trusts
 * @param certificate that Homing shows, and behind it those that lead to its authority; null: none
 * @param key of that certificate; null: none
 */
public record ReceiverTls(
    @Nullable String authority, @Nullable String certificate, @Nullable String key) {
  /** Nothing of its own. */
  public static final ReceiverTls USUAL = new ReceiverTls(null, null, null);

  /** So many characters has each of the three at most. */
  public static final int LONGEST = 32 * 1024;

  private static final Pattern PLAIN = Pattern.compile("[\\t\\r\\n -~]*");

  /**
   * What a client needs for a handshake.
   *
   * @throws IllegalArgumentException if one of the three cannot be read
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

  /** Whom the JVM trusts, read when somebody first shows a certificate, and once. */
  private static final class Jvm {
    static final List<X509Certificate> AUTHORITIES =
        List.of(
            new HandshakeCertificates.Builder()
                .addPlatformTrustedCertificates()
                .build()
                .trustManager()
                .getAcceptedIssuers());
  }

  /** Why these cannot be certificates; empty if they can. */
  public static Optional<String> complaintAboutCertificates(String pem) {
    try {
      var unused = certificates(pem);
      return Optional.empty();
    } catch (IllegalArgumentException wrong) {
      return Optional.of(
          "must be certificates in PEM, at most %d characters of ASCII".formatted(LONGEST));
    }
  }

  /** Why this cannot be the key of a certificate, without repeating it; empty if it can. */
  public static Optional<String> complaintAboutKey(String certificate, String key) {
    try {
      return belongTogether(held(certificates(certificate).getFirst(), key).keyPair())
          ? Optional.empty()
          : Optional.of("is not the key of the certificate");
    } catch (IllegalArgumentException wrong) {
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
    } catch (CertificateException wrong) {
      throw new IllegalArgumentException("no certificate", wrong);
    }
  }

  private static HeldCertificate held(X509Certificate certificate, String key) {
    return HeldCertificate.decode(Certificates.certificatePem(certificate) + plain(key));
  }

  /** RFC 7468 has nothing but ASCII; what stands before the first BEGIN would pass unread. */
  private static String plain(String pem) {
    if (pem.length() > LONGEST || !PLAIN.matcher(pem).matches()) {
      throw new IllegalArgumentException("too long, or not ASCII");
    }
    return pem;
  }

  /** What the one signs, the other verifies. */
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
    } catch (GeneralSecurityException strangers) {
      return false;
    }
  }

  @Override
  public String toString() {
    return "ReceiverTls";
  }
}
