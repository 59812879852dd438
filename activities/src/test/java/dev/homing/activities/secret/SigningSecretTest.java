package dev.homing.activities.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SigningSecretTest {

  /** Seed and public key, as Svix shows it. */
  private static final String PRIVATE =
      "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==";

  private static final byte[] HEAD = {1};
  private static final byte[] PAYLOAD = {2};

  static Stream<Supplier<SigningSecret>> generators() {
    SecureRandom random = new SecureRandom();
    return Stream.of(
        () -> SymmetricSecret.generate(random), () -> AsymmetricSecret.generate(random));
  }

  @ParameterizedTest
  @MethodSource("generators")
  void whatIsGeneratedReadsBack(Supplier<SigningSecret> generator) {
    SigningSecret secret = generator.get();
    SigningSecret same = SigningSecret.parse(secret.text());

    assertThat(same).isEqualTo(secret).hasSameHashCodeAs(secret);
    assertThat(same.sign(HEAD, PAYLOAD)).isEqualTo(secret.sign(HEAD, PAYLOAD));
    assertThat(same.publicKey()).isEqualTo(secret.publicKey());
    SigningSecret another = generator.get();
    assertThat(another).isNotEqualTo(secret);
    assertThat(another.sign(HEAD, PAYLOAD)).isNotEqualTo(secret.sign(HEAD, PAYLOAD));
  }

  @Test
  void generatesThirtyTwoBytes() {
    String text = SymmetricSecret.generate(new SecureRandom()).text();

    assertThat(Base64.getDecoder().decode(text.substring(6))).hasSize(32);
  }

  @Test
  void onlyAnAsymmetricOneHasAPublicKey() {
    assertThat(SigningSecret.parse(text(24)).publicKey()).isEmpty();
    assertThat(SigningSecret.parse(PRIVATE).publicKey())
        .hasValue("whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=");
  }

  @Test
  void aPublicKeyIsItsOwn() {
    byte[] bytes = Base64.getDecoder().decode(PRIVATE.substring(5));
    byte[] other =
        Base64.getDecoder()
            .decode(AsymmetricSecret.generate(new SecureRandom()).text().substring(5));
    System.arraycopy(other, 32, bytes, 32, 32);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> SigningSecret.parse("whsk_" + Base64.getEncoder().encodeToString(bytes)))
        .withMessage("A private key ends with its own public key.");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 32, 63, 65})
  void saysHowManyBytesAPrivateKeyHolds(int length) {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                SigningSecret.parse("whsk_" + Base64.getEncoder().encodeToString(new byte[length])))
        .withMessageContaining("64 bytes");
  }

  @ParameterizedTest
  @ValueSource(ints = {24, 25, 32, 64})
  void readsTwentyFourToSixtyFourBytes(int length) {
    assertThat(SigningSecret.parse(text(length)).text()).isEqualTo(text(length));
  }

  /** From Svix: its key of 18 bytes is too short to be a secret of the standard. */
  @Test
  void signsAsSvixDoes() {
    byte[] key = Base64.getDecoder().decode("plJ3nmyCDGBKInavdOK15jsl");

    assertThat(
            SymmetricSecret.sign(
                key,
                "msg_loFOjxBNrRLzqYUf.1731705121.".getBytes(StandardCharsets.UTF_8),
                "{\"event_type\":\"ping\",\"data\":{\"success\":true}}"
                    .getBytes(StandardCharsets.UTF_8)))
        .isEqualTo("v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 23, 65})
  void saysHowManyBytesASecretHolds(int length) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SigningSecret.parse(text(length)))
        .withMessage("A secret holds 24 to 64 bytes, this one %d.".formatted(length));
  }

  @ParameterizedTest
  @CsvSource({
    "'', starts with whsec_",
    "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw, starts with whsec_",
    "WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw, starts with whsec_",
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS!, standard base64",
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa_-, standard base64",
    "'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw ', standard base64"
  })
  void saysWhatIsWrongWithoutRepeatingIt(String text, String reason) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SigningSecret.parse(text))
        .withMessageContaining(reason)
        .withNoCause()
        .satisfies(refusal -> assertThat(refusal.getMessage()).doesNotContain("MfKQ", "!"));
  }

  @Test
  void keepsItselfOutOfLogs() {
    SigningSecret secret = SigningSecret.parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");

    assertThat(secret).hasToString("whsec_***");
    assertThat(SigningSecret.parse(PRIVATE)).hasToString("whsk_***");
  }

  private static String text(int length) {
    return "whsec_" + Base64.getEncoder().encodeToString(new byte[length]);
  }
}
