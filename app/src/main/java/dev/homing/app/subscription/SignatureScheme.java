package dev.homing.app.subscription;

import dev.homing.activities.secret.AsymmetricSecret;
import dev.homing.activities.secret.SigningSecret;
import dev.homing.activities.secret.SymmetricSecret;
import dev.homing.activities.subscription.Subscription;
import dev.homing.app.http.Problem;
import java.security.SecureRandom;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How requests are to be signed, as a caller says it.
 *
 * @param word {@code v1}, where both sides know the secret, or {@code v1a}, where only Homing does
 *     and the receiver has a public key; null: as the secret says, else {@code v1}
 * @param secret null: one is made
 */
record SignatureScheme(@Nullable String word, @Nullable String secret) {
  private static final String SYMMETRIC = "v1";
  private static final String ASYMMETRIC = "v1a";
  private static final List<String> WORDS = List.of(SYMMETRIC, ASYMMETRIC);

  /** The scheme of a subscription, in a word: only a {@code v1a} receiver has a public key. */
  static String of(Subscription subscription) {
    return subscription.publicKey() == null ? SYMMETRIC : ASYMMETRIC;
  }

  /** What is wrong with it, without the secret. */
  List<Problem.FieldError> errors() {
    if (word != null && !WORDS.contains(word)) {
      return List.of(new Problem.FieldError("signature_scheme", "must be v1 or v1a"));
    }
    try {
      SigningSecret given = parsed();
      return given == null || word == null || word.equals(of(given))
          ? List.of()
          : List.of(new Problem.FieldError("secret", "is one for the other signature_scheme"));
    } catch (IllegalArgumentException wrong) {
      return List.of(
          new Problem.FieldError(
              "secret", Objects.requireNonNullElse(wrong.getMessage(), "is not valid")));
    }
  }

  /** The secret that was given, or a new one; throws a problem if there is something wrong. */
  SigningSecret signingSecret(SecureRandom random) {
    List<Problem.FieldError> errors = errors();
    if (!errors.isEmpty()) {
      throw Problem.invalid(errors);
    }
    SigningSecret given = parsed();
    if (given != null) {
      return given;
    }
    return ASYMMETRIC.equals(word)
        ? AsymmetricSecret.generate(random)
        : SymmetricSecret.generate(random);
  }

  private @Nullable SigningSecret parsed() {
    return secret == null ? null : SigningSecret.parse(secret);
  }

  private static String of(SigningSecret secret) {
    return switch (secret) {
      case SymmetricSecret _ -> SYMMETRIC;
      case AsymmetricSecret _ -> ASYMMETRIC;
    };
  }

  /** Without the secret. */
  @Override
  public String toString() {
    return "SignatureScheme[%s]".formatted(word);
  }
}
