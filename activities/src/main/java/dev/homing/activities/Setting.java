package dev.homing.activities;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Checks settings; a failure names the property, its value and the allowed ones. */
public final class Setting {
  private Setting() {}

  /** An invalid setting: the application does not start. */
  public static final class Invalid extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final String property;
    private final String value;
    private final String allowed;

    /**
     * Creates the failure.
     *
     * @param property as Spring names it, like {@code homing.delivery.timeout}
     * @param value as it may be shown, never a secret
     * @param allowed completes the sentence "allowed is"
     */
    public Invalid(String property, String value, String allowed) {
      super("%s is %s; allowed is %s".formatted(property, value, allowed));
      this.property = property;
      this.value = value;
      this.allowed = allowed;
    }

    public String property() {
      return property;
    }

    public String value() {
      return value;
    }

    public String allowed() {
      return allowed;
    }
  }

  public static void between(String property, long value, long min, long max) {
    if (value < min || value > max) {
      throw new Invalid(
          property, Long.toString(value), "a whole number from %d to %d".formatted(min, max));
    }
  }

  /** Refuses null as well: an environment variable set to nothing binds to it. */
  public static void between(
      String property, @Nullable Duration value, Duration min, Duration max) {
    if (value == null || value.compareTo(min) < 0 || value.compareTo(max) > 0) {
      throw new Invalid(
          property,
          value == null ? "empty" : words(value),
          "%s to %s".formatted(words(min), words(max)));
    }
  }

  private static String words(Duration duration) {
    return duration.toMillis() % 1000 == 0
        ? duration.toSeconds() + "s"
        : duration.toMillis() + "ms";
  }
}
