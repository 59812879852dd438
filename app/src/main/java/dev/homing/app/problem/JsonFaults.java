package dev.homing.app.problem;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;

/** Describes unreadable JSON in the caller's terms, not in Jackson's. */
final class JsonFaults {
  private JsonFaults() {}

  static String describe(JacksonException json) {
    return switch (json) {
      case UnrecognizedPropertyException unknown ->
          "Unknown field %s. Known fields: %s.".formatted(path(unknown), known(unknown));
      case MismatchedInputException wrong when !wrong.getPath().isEmpty() ->
          "The field %s must be %s.".formatted(path(wrong), expected(wrong));
      case InputCoercionException large -> "A number is too large: " + at(large.getLocation());
      case StreamConstraintsException excessive ->
          "The body is nested too deeply or too long: " + at(excessive.getLocation());
      case StreamReadException broken ->
          "The body is not valid JSON, or repeats a field: " + at(broken.getLocation());
      default -> "The body does not have the expected form: " + at(json.getLocation());
    };
  }

  /** The type that a field expects, in JSON terms. */
  private static String expected(MismatchedInputException wrong) {
    Class<?> type = wrong.getTargetType();
    if (type == null) {
      return "as documented";
    }
    if (type == Boolean.class || type == boolean.class) {
      return "true or false";
    }
    if (type == Integer.class || type == int.class || type == Long.class || type == long.class) {
      return "a whole number";
    }
    if (type == Duration.class) {
      return "a number of seconds, or a string like 30s, 5m, 2h";
    }
    if (type == Instant.class) {
      return "a time like 2026-11-24T08:00:00Z";
    }
    if (CharSequence.class.isAssignableFrom(type)) {
      return "a string";
    }
    if (Collection.class.isAssignableFrom(type)) {
      return "a list";
    }
    return "an object";
  }

  private static String known(UnrecognizedPropertyException unknown) {
    var names = unknown.getKnownPropertyIds();
    return names == null
        ? ""
        : String.join(", ", names.stream().map(String::valueOf).sorted().toList());
  }

  private static String path(MismatchedInputException wrong) {
    StringBuilder path = new StringBuilder();
    for (var step : wrong.getPath()) {
      if (step.getPropertyName() != null) {
        path.append(path.isEmpty() ? "" : ".").append(step.getPropertyName());
      } else {
        path.append('[').append(step.getIndex()).append(']');
      }
    }
    return path.toString();
  }

  private static String at(@Nullable TokenStreamLocation location) {
    return location == null
        ? "it ends too early."
        : "see line %d, column %d.".formatted(location.getLineNr(), location.getColumnNr());
  }
}
