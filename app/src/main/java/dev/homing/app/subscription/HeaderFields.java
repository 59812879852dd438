package dev.homing.app.subscription;

import static java.util.stream.Collectors.toMap;

import dev.homing.activities.subscription.CustomHeaders;
import dev.homing.activities.subscription.Terms;
import dev.homing.app.problem.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The custom headers of a subscription, in two fields.
 *
 * @param headers visible to all readers of the subscription
 * @param secretHeaders whose values are shown as {@link Redacted}; sent back, that keeps the value
 */
record HeaderFields(
    Map<String, @Nullable String> headers, Map<String, @Nullable String> secretHeaders) {
  private static final String HEADERS = "headers";
  private static final String SECRET_HEADERS = "secret_headers";

  /** The names of the two fields in the API. */
  static final List<String> NAMES = List.of(HEADERS, SECRET_HEADERS);

  /** The fields as the API shows them, sorted by name. */
  static HeaderFields of(Terms terms) {
    Map<String, @Nullable String> secret = new TreeMap<>();
    terms.secretHeaders().keySet().forEach(name -> secret.put(name, Redacted.TEXT));
    return new HeaderFields(new TreeMap<>(terms.headers()), secret);
  }

  /** The faults of the fields, without any value. */
  List<Problem.FieldError> errors() {
    List<Problem.FieldError> errors = new ArrayList<>();
    headers.forEach(
        (name, value) ->
            CustomHeaders.complaintAboutName(name)
                .or(() -> complaint(name, value))
                .ifPresent(text -> errors.add(new Problem.FieldError(HEADERS, text))));
    secretHeaders.forEach(
        (name, value) ->
            CustomHeaders.complaintAboutName(name)
                .or(() -> complaintAboutSecret(name, value))
                .ifPresent(text -> errors.add(new Problem.FieldError(SECRET_HEADERS, text))));
    Set<String> names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    names.addAll(headers.keySet());
    names.addAll(secretHeaders.keySet());
    if (names.size() < headers.size() + secretHeaders.size()) {
      errors.add(new Problem.FieldError(HEADERS, "must name each header once, whatever its case"));
    }
    if (names.size() > CustomHeaders.MAX_HEADERS || length() > CustomHeaders.MAX_TOTAL_LENGTH) {
      errors.add(
          new Problem.FieldError(
              HEADERS,
              "must be at most %d, with at most %d characters in total"
                  .formatted(CustomHeaders.MAX_HEADERS, CustomHeaders.MAX_TOTAL_LENGTH)));
    }
    return errors;
  }

  /** The headers with a value; {@link #errors} reports the others. */
  Map<String, String> shown() {
    return headers.entrySet().stream()
        .filter(header -> header.getValue() != null)
        .collect(toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  /** The secret headers; empty where the current value is kept. */
  Map<String, Optional<String>> secret() {
    return secretHeaders.entrySet().stream()
        .collect(
            toMap(
                Map.Entry::getKey,
                header ->
                    Optional.ofNullable(header.getValue()).filter(text -> !Redacted.is(text))));
  }

  private static Optional<String> complaint(String name, @Nullable String value) {
    if (name.equalsIgnoreCase("authorization")) {
      return Optional.of("Authorization belongs in secret_headers");
    }
    return value == null
        ? Optional.of("%s needs a value".formatted(name))
        : CustomHeaders.complaintAboutValue(value);
  }

  /** A null is ambiguous: it could keep the value or remove the header. */
  private static Optional<String> complaintAboutSecret(String name, @Nullable String value) {
    return value == null
        ? Optional.of(
            "%s needs a value; send %s to keep the current one".formatted(name, Redacted.TEXT))
        : CustomHeaders.complaintAboutValue(value);
  }

  private int length() {
    return Stream.of(headers, secretHeaders)
        .flatMap(fields -> fields.entrySet().stream())
        .mapToInt(
            field ->
                field.getKey().length()
                    + (field.getValue() == null ? 0 : field.getValue().length()))
        .sum();
  }

  /** Shows names only. */
  @Override
  public String toString() {
    return "HeaderFields[%s, %s]".formatted(headers.keySet(), secretHeaders.keySet());
  }
}
