package dev.homing.app.subscription;

import static java.util.stream.Collectors.toMap;

import dev.homing.activities.subscription.CustomHeaders;
import dev.homing.activities.subscription.Terms;
import dev.homing.app.http.Problem;
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
 * The two fields of a subscription with headers for its receiver.
 *
 * @param headers shown to everyone who may read the subscription
 * @param secretHeaders whose values are never shown, but as {@link Redacted}, which leaves a value
 *     as it is
 */
record HeaderFields(
    Map<String, @Nullable String> headers, Map<String, @Nullable String> secretHeaders) {
  private static final String HEADERS = "headers";
  private static final String SECRET_HEADERS = "secret_headers";

  /** As the API calls the two. */
  static final List<String> NAMES = List.of(HEADERS, SECRET_HEADERS);

  /** As they are shown, in the order of their names. */
  static HeaderFields of(Terms terms) {
    Map<String, @Nullable String> secret = new TreeMap<>();
    terms.secretHeaders().keySet().forEach(name -> secret.put(name, Redacted.TEXT));
    return new HeaderFields(new TreeMap<>(terms.headers()), secret);
  }

  /** What is wrong with them, without any value. */
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
      errors.add(new Problem.FieldError(HEADERS, "name each header once, whatever its case"));
    }
    if (names.size() > CustomHeaders.MOST || length() > CustomHeaders.LONGEST_IN_ALL) {
      errors.add(
          new Problem.FieldError(
              HEADERS,
              "must be at most %d, of %d characters in all"
                  .formatted(CustomHeaders.MOST, CustomHeaders.LONGEST_IN_ALL)));
    }
    return errors;
  }

  /** Without those that {@link #errors} complains of, as they have no value. */
  Map<String, String> shown() {
    return headers.entrySet().stream()
        .filter(header -> header.getValue() != null)
        .collect(toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  /** Empty where a value stays as it is. */
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
      return Optional.of("Authorization belongs into secret_headers");
    }
    return value == null
        ? Optional.of("%s needs a value".formatted(name))
        : CustomHeaders.complaintAboutValue(value);
  }

  /** A null says neither that the value stays nor that the header goes. */
  private static Optional<String> complaintAboutSecret(String name, @Nullable String value) {
    return value == null
        ? Optional.of("%s needs a value; %s leaves it as it is".formatted(name, Redacted.TEXT))
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

  /** Names only. */
  @Override
  public String toString() {
    return "HeaderFields[%s, %s]".formatted(headers.keySet(), secretHeaders.keySet());
  }
}
