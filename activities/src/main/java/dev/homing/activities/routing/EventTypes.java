package dev.homing.activities.routing;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The names of what happens, and the patterns that subscriptions may give. */
public final class EventTypes {
  /** The longest name or pattern, in characters. */
  public static final int MAX_LENGTH = 128;

  private static final Pattern TYPE = Pattern.compile("[a-zA-Z0-9_-]+(\\.[a-zA-Z0-9_-]+)*");
  private static final Pattern PATTERN =
      Pattern.compile("\\*|[a-zA-Z0-9_-]+(\\.[a-zA-Z0-9_-]+)*(\\.\\*)?");

  private EventTypes() {}

  /** Whether this names something that can happen, like {@code order.created}. */
  public static boolean isType(String text) {
    return text.length() <= MAX_LENGTH && TYPE.matcher(text).matches();
  }

  /** Whether a subscription can ask for this: a type, {@code order.*} or {@code *}. */
  public static boolean isPattern(String text) {
    return text.length() <= MAX_LENGTH && PATTERN.matcher(text).matches();
  }

  /** All the patterns that match a type: itself, each prefix of it, and everything. */
  static List<String> matching(String type) {
    List<String> patterns = new ArrayList<>(List.of("*", type));
    for (int dot = type.indexOf('.'); dot >= 0; dot = type.indexOf('.', dot + 1)) {
      patterns.add(type.substring(0, dot) + ".*");
    }
    return patterns;
  }
}
