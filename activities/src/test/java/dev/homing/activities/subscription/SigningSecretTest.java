package dev.homing.activities.subscription;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.security.SecureRandom;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SigningSecretTest {

  @Test
  void generatesThirtyTwoBytesThatReadBack() {
    SigningSecret secret = SigningSecret.generate(new SecureRandom());

    assertThat(secret.bytes()).hasSize(32);
    assertThat(SigningSecret.parse(secret.text())).isEqualTo(secret).hasSameHashCodeAs(secret);
    assertThat(SigningSecret.generate(new SecureRandom())).isNotEqualTo(secret);
  }

  @ParameterizedTest
  @ValueSource(ints = {24, 25, 32, 64})
  void readsTwentyFourToSixtyFourBytes(int length) {
    assertThat(SigningSecret.parse(text(length)).bytes()).hasSize(length);
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
  }

  @Test
  void givesAwayACopyOfItsKeyOnly() {
    SigningSecret secret = SigningSecret.parse(text(24));
    secret.bytes()[0] = 1;

    assertThat(secret.text()).isEqualTo(text(24));
  }

  private static String text(int length) {
    return "whsec_" + Base64.getEncoder().encodeToString(new byte[length]);
  }
}
