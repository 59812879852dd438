package dev.homing.app.subscription.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * How a receiver verifies a {@code v1} signature of Standard Webhooks 1.0.0 in a language, with
 * nothing but what comes with the language.
 *
 * @param language as people write it
 * @param id of the element that shows the code
 */
record VerifyingCode(String language, String id, String code) {
  /** In six languages. */
  static final List<VerifyingCode> ALL =
      List.of(
          of("Python", "verify.py"),
          of("JavaScript", "verify.mjs"),
          of("Java", "Verify.java"),
          of("Go", "verify.go"),
          of("Ruby", "verify.rb"),
          of("PHP", "verify.php"));

  private static VerifyingCode of(String language, String file) {
    try (InputStream code = VerifyingCode.class.getResourceAsStream("/verifying/" + file)) {
      byte[] bytes = Objects.requireNonNull(code, file).readAllBytes();
      return new VerifyingCode(
          language,
          "in-" + language.toLowerCase(Locale.ROOT),
          new String(bytes, StandardCharsets.UTF_8));
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
