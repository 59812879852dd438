package dev.homing.app;

import dev.homing.activities.Setting;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalysisReporter;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;

/**
 * Explains a failed start in one line; for a setting, with its variable, value and allowed values.
 */
final class StartFailures {
  private StartFailures() {}

  /** A value that can be parsed, but is not allowed. */
  static final class InvalidSetting extends AbstractFailureAnalyzer<Setting.Invalid> {
    private final Environment environment;

    InvalidSetting(Environment environment) {
      this.environment = environment;
    }

    @Override
    protected FailureAnalysis analyze(Throwable root, Setting.Invalid invalid) {
      return failure(
          "%s is %s; allowed is %s"
              .formatted(
                  variable(environment, invalid.property()), invalid.value(), invalid.allowed()),
          root);
    }
  }

  /** A value that cannot be parsed. */
  static final class UnreadableSetting extends AbstractFailureAnalyzer<BindException> {
    private final Environment environment;

    UnreadableSetting(Environment environment) {
      this.environment = environment;
    }

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable root, BindException unreadable) {
      var property = unreadable.getProperty();
      if (property == null) {
        return null;
      }
      Class<?> type = unreadable.getTarget().getType().resolve(Object.class);
      return failure(
          "%s is %s; allowed is %s"
              .formatted(
                  variable(environment, property.getName().toString()),
                  environment.getProperty(property.getName().toString()),
                  allowed(type)),
          root);
    }

    private static String allowed(Class<?> type) {
      return switch (type.getSimpleName()) {
        case "Duration" -> "a number of seconds, or a duration like 30s, 5m, 2h";
        case "DataSize" -> "a number of bytes, or a size like 256KiB, 1MiB";
        case "boolean", "Boolean" -> "true or false";
        case "int", "Integer", "long", "Long" -> "a whole number";
        default -> "a " + type.getSimpleName();
      };
    }
  }

  /** Prints the cause and the remedy in one line on standard error. */
  static final class Reporter implements FailureAnalysisReporter {
    @Override
    public void report(FailureAnalysis analysis) {
      System.err.println("Homing cannot start: " + oneLine(analysis));
    }

    private static String oneLine(FailureAnalysis analysis) {
      String action = analysis.getAction() == null ? "" : " " + analysis.getAction();
      return Arrays.stream((analysis.getDescription() + action).split("\\R"))
          .map(String::strip)
          .filter(line -> !line.isEmpty())
          .collect(Collectors.joining(" "));
    }
  }

  private static FailureAnalysis failure(String description, Throwable cause) {
    return new FailureAnalysis(description, null, cause);
  }

  /** The environment variable of a property: application.yml says {@code ${VARIABLE:default}}. */
  private static String variable(Environment environment, String property) {
    if (environment instanceof ConfigurableEnvironment configurable) {
      for (var source : configurable.getPropertySources()) {
        String value = String.valueOf(source.getProperty(property));
        if (value.startsWith("${")) {
          return value.replaceFirst("^\\$\\{([^:}]+).*$", "$1");
        }
      }
    }
    return property;
  }
}
