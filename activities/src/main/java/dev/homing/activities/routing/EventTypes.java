package dev.homing.activities.routing;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Event types, and the patterns by which subscriptions select them. */
public final class EventTypes {
  /** The longest name or pattern, in characters. */
  public static final int MAX_LENGTH = 128;

  /**
   * Prefix of the types of Homing's own events, such as {@code homing.subscription.disabled}.
   *
   * <p>No client publishes such a type, and only subscriptions that name it, {@code homing.*} or
   * the like receive it: {@code *} stands for the events of clients.
   */
  private static final String OWN = "homing.";

  private static final Pattern TYPE = Pattern.compile("[a-zA-Z0-9_-]+(\\.[a-zA-Z0-9_-]+)*");
  private static final Pattern PATTERN =
      Pattern.compile("\\*|[a-zA-Z0-9_-]+(\\.[a-zA-Z0-9_-]+)*(\\.\\*)?");

  private EventTypes() {}

  /** Whether this is a valid event type, like {@code order.created}. */
  public static boolean isType(String text) {
    return text.length() <= MAX_LENGTH && TYPE.matcher(text).matches();
  }

  /**
   * Whether only Homing publishes events of this type, like {@code homing.subscription.disabled}.
   */
  public static boolean isOwn(String type) {
    return type.startsWith(OWN);
  }

  /** Whether this is a valid pattern: a type, {@code order.*} or {@code *}. */
  public static boolean isPattern(String text) {
    return text.length() <= MAX_LENGTH && PATTERN.matcher(text).matches();
  }

  /** All patterns that match a type: itself, its prefixes and, for clients' events, {@code *}. */
  static List<String> matching(String type) {
    List<String> patterns = new ArrayList<>(isOwn(type) ? List.of(type) : List.of("*", type));
    for (int dot = type.indexOf('.'); dot >= 0; dot = type.indexOf('.', dot + 1)) {
      patterns.add(type.substring(0, dot) + ".*");
    }
    return patterns;
  }
}
