package dev.homing.activities.outbound;

import okhttp3.OkHttpClient;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;

/** Certificates of an authority that only tests know. */
final class SampleCertificates {
  private static final HeldCertificate AUTHORITY =
      new HeldCertificate.Builder().certificateAuthority(0).build();

  private static final HandshakeCertificates LOCALHOST = held(of("127.0.0.1"));

  private SampleCertificates() {}

  /** What the receivers at 127.0.0.1 show. */
  static HandshakeCertificates localhost() {
    return LOCALHOST;
  }

  static HeldCertificate.Builder of(String host) {
    return new HeldCertificate.Builder().signedBy(AUTHORITY).addSubjectAlternativeName(host);
  }

  static HandshakeCertificates held(HeldCertificate.Builder certificate) {
    return new HandshakeCertificates.Builder().heldCertificate(certificate.build()).build();
  }

  /** The same client, with the same pool, which trusts the authority. */
  static OkHttpClient trustedBy(OkHttpClient client) {
    HandshakeCertificates trusted =
        new HandshakeCertificates.Builder().addTrustedCertificate(AUTHORITY.certificate()).build();
    return client
        .newBuilder()
        .sslSocketFactory(trusted.sslSocketFactory(), trusted.trustManager())
        .build();
  }
}
