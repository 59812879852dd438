package dev.homing.activities;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Says of a setting that cannot be which one, what it was, and what is allowed. */
public final class Setting {
  private Setting() {}

  /** A setting that cannot be: stops the start. */
  public static final class Invalid extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final String property;
    private final String value;
    private final String allowed;

    /**
     * A refusal.
     *
     * @param property as Spring names it, like {@code homing.delivery.timeout}
     * @param value as people may see it: never a secret
     * @param allowed completes "allowed is"
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

  public static void between(String property, long value, long least, long most) {
    if (value < least || value > most) {
      throw new Invalid(
          property, Long.toString(value), "a whole number from %d to %d".formatted(least, most));
    }
  }

  /** Null is what a variable that is set to nothing comes to. */
  public static void between(
      String property, @Nullable Duration value, Duration least, Duration most) {
    if (value == null || value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw new Invalid(
          property,
          value == null ? "empty" : words(value),
          "%s to %s".formatted(words(least), words(most)));
    }
  }

  private static String words(Duration duration) {
    return duration.toMillis() % 1000 == 0
        ? duration.toSeconds() + "s"
        : duration.toMillis() + "ms";
  }
}
