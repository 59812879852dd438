package dev.homing.activities.subscription;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReceiverTlsTest {
  private static final HeldCertificate EC = new HeldCertificate.Builder().ecdsa256().build();
  private static final HeldCertificate RSA = new HeldCertificate.Builder().rsa2048().build();

  @Test
  void acceptsRsaAndEcKeys() {
    for (HeldCertificate held : new HeldCertificate[] {EC, RSA}) {
      assertThat(ReceiverTls.complaintAboutCertificates(held.certificatePem())).isEmpty();
      assertThat(complaint(held.certificatePem(), held.privateKeyPkcs8Pem())).isEmpty();
    }
  }

  @Test
  void acceptsAChainOfCertificates() {
    String both = "# ours\n" + EC.certificatePem() + "\n" + RSA.certificatePem();

    assertThat(ReceiverTls.complaintAboutCertificates(both)).isEmpty();
    assertThat(complaint(both, EC.privateKeyPkcs8Pem())).isEmpty();
    assertThat(complaint(both, RSA.privateKeyPkcs8Pem())).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "nonsense",
        "\u0000",
        "-----BEGIN CERTIFICATE-----",
        "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nbm8=\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n"
      })
  void rejectsTextsThatAreNotCertificates(String pem) {
    assertThat(ReceiverTls.complaintAboutCertificates(pem)).hasValueSatisfying(this::isInPem);
    assertThatThrownBy(() -> new ReceiverTls(pem, null, null).handshake())
        .isInstanceOf(IllegalArgumentException.class);
  }

  private void isInPem(String complaint) {
    assertThat(complaint).contains("certificates in PEM");
  }

  @Test
  void trustsOnlyTheNamedAuthority() {
    ReceiverTls named = new ReceiverTls(EC.certificatePem(), null, null);
    ReceiverTls usual = new ReceiverTls(null, EC.certificatePem(), EC.privateKeyPkcs8Pem());

    assertThat(named.handshake().trustManager().getAcceptedIssuers())
        .containsExactly(EC.certificate());
    assertThat(usual.handshake().trustManager().getAcceptedIssuers())
        .hasSizeGreaterThan(10)
        .doesNotContain(EC.certificate());
  }

  /** PostgreSQL cannot store NUL, and other readers may decode the others differently. */
  @ParameterizedTest
  @ValueSource(strings = {"\u0000", "\u00fc", "\ud800"})
  void rejectsNonAsciiAnywhere(String strange) {
    assertThat(ReceiverTls.complaintAboutCertificates(strange + EC.certificatePem())).isNotEmpty();
    assertThat(complaint(EC.certificatePem(), EC.privateKeyPkcs8Pem() + strange)).isNotEmpty();
  }

  @Test
  void rejectsTooLongTexts() {
    String longest = " ".repeat(ReceiverTls.MAX_LENGTH);

    assertThat(ReceiverTls.complaintAboutCertificates(EC.certificatePem() + longest)).isNotEmpty();
    assertThat(complaint(EC.certificatePem(), EC.privateKeyPkcs8Pem() + longest)).isNotEmpty();
  }

  @Test
  void rejectsTheKeyOfAnotherCertificate() {
    HeldCertificate other = new HeldCertificate.Builder().ecdsa256().build();

    assertThat(complaint(EC.certificatePem(), other.privateKeyPkcs8Pem()))
        .contains("not the key of the certificate");
    assertThat(complaint(EC.certificatePem(), RSA.privateKeyPkcs8Pem())).contains("PKCS#8");
  }

  @Test
  void rejectsInvalidKeysWithoutRepeatingThem() {
    String encrypted = EC.privateKeyPkcs8Pem().replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    for (String wrong :
        new String[] {"t0p-secret", encrypted, RSA.privateKeyPkcs1Pem(), EC.certificatePem()}) {
      assertThat(complaint(EC.certificatePem(), wrong)).contains("PKCS#8").doesNotContain("t0p");
    }
    assertThat(new ReceiverTls(null, EC.certificatePem(), EC.privateKeyPkcs8Pem()).toString())
        .doesNotContain("BEGIN");
  }

  private static String complaint(String certificate, String key) {
    return ReceiverTls.complaintAboutKey(certificate, key).orElse("");
  }
}
