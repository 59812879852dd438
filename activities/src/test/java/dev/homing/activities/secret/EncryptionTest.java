package dev.homing.activities.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.homing.activities.secret.Encryption.Owner;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class EncryptionTest {
  private static final String OLD = "old:" + Base64.getEncoder().encodeToString(new byte[32]);
  private static final String NEW =
      "new:" + Base64.getEncoder().encodeToString("n".repeat(32).getBytes(StandardCharsets.UTF_8));
  private static final byte[] SECRET = "whsec_x".getBytes(StandardCharsets.UTF_8);
  private static final SubscriptionId SUBSCRIPTION = new SubscriptionId(new UUID(1, 2));
  private static final Owner OWNER = new Owner(Tenant.DEFAULT, SUBSCRIPTION, "signing");

  private final Encryption encryption = with(OLD);

  @Test
  void opensWhatItSealed() {
    String sealed = encryption.seal(SECRET, OWNER);

    assertThat(sealed).startsWith("old.").doesNotContain("whsec");
    assertThat(encryption.open(sealed, OWNER)).isEqualTo(SECRET);
    assertThat(encryption.open(encryption.seal(new byte[0], OWNER), OWNER)).isEmpty();
  }

  @Test
  void neverSealsTheSameTwice() {
    assertThat(encryption.seal(SECRET, OWNER)).isNotEqualTo(encryption.seal(SECRET, OWNER));
  }

  static Stream<Owner> others() {
    return Stream.of(
        new Owner(new Tenant("other"), SUBSCRIPTION, "signing"),
        new Owner(Tenant.DEFAULT, new SubscriptionId(new UUID(1, 3)), "signing"),
        new Owner(Tenant.DEFAULT, SUBSCRIPTION, "headers"),
        new Owner(new Tenant("default" + SUBSCRIPTION), SUBSCRIPTION, "signing"));
  }

  @ParameterizedTest
  @MethodSource("others")
  void opensForItsOwnerOnly(Owner other) {
    String sealed = encryption.seal(SECRET, OWNER);

    assertChanged(sealed, other);
  }

  @Test
  void tellsOwnersApartWhosePartsRunTogether() {
    Owner first = new Owner(new Tenant("a"), SUBSCRIPTION, "b" + SUBSCRIPTION + "c");
    Owner second = new Owner(new Tenant("a" + SUBSCRIPTION + "b"), SUBSCRIPTION, "c");

    assertChanged(encryption.seal(SECRET, first), second);
  }

  @Test
  void opensWithAnOldKeyAndSealsWithTheNewOne() {
    String sealed = encryption.seal(SECRET, OWNER);
    Encryption rotated = with(NEW + "," + OLD);

    assertThat(rotated.open(sealed, OWNER)).isEqualTo(SECRET);
    assertThat(rotated.seal(SECRET, OWNER)).startsWith("new.");
  }

  @Test
  void namesTheKeyThatIsMissing() {
    String sealed = encryption.seal(SECRET, OWNER);

    assertThatIllegalStateException()
        .isThrownBy(() -> with(NEW).open(sealed, OWNER))
        .withMessageContaining("the key old, which HOMING_ENCRYPTION_KEYS lacks");
  }

  @Test
  void noticesEveryChangedByte() {
    byte[] sealed = Base64.getDecoder().decode(encryption.seal(SECRET, OWNER).substring(4));
    for (int i = 0; i < sealed.length; i++) {
      byte[] changed = sealed.clone();
      changed[i] ^= 1;
      assertChanged("old." + Base64.getEncoder().encodeToString(changed), OWNER);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"old.", "old.AAAA", "old.AAAAAAAAAAAAAAAAAAAA", "old.%%%"})
  void noticesWhatWasNeverSealed(String text) {
    assertChanged(text, OWNER);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "old", ".AAAA"})
  void noticesWhatNamesNoKey(String text) {
    assertThatIllegalStateException().isThrownBy(() -> encryption.open(text, OWNER));
  }

  private void assertChanged(String sealed, Owner owner) {
    assertThatIllegalStateException()
        .isThrownBy(() -> encryption.open(sealed, owner))
        .withMessage("A sealed secret was changed, or is another's.");
  }

  private static Encryption with(String keys) {
    return new Encryption(EncryptionKeys.parse(keys), new SecureRandom());
  }
}
