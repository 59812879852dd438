package dev.homing.app.http;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;

/** Says what is wrong with JSON that cannot be read, in words of whoever wrote it. */
final class JsonFaults {
  private JsonFaults() {}

  static String describe(JacksonException json) {
    return switch (json) {
      case UnrecognizedPropertyException unknown ->
          "There is no field %s; there are: %s.".formatted(path(unknown), known(unknown));
      case MismatchedInputException wrong when !wrong.getPath().isEmpty() ->
          "The field %s does not have the form it should: see the documentation."
              .formatted(path(wrong));
      case InputCoercionException large ->
          "A number is larger than any that fits: " + at(large.getLocation());
      case StreamConstraintsException excessive ->
          "The body is nested too deeply, or holds too much: " + at(excessive.getLocation());
      case StreamReadException broken -> "The body is not JSON: " + at(broken.getLocation());
      default -> "The body does not have the form it should: " + at(json.getLocation());
    };
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
        : "look at line %d, column %d.".formatted(location.getLineNr(), location.getColumnNr());
  }
}
