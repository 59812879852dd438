package dev.homing.app.delivery;

import dev.homing.activities.event.Events;
import dev.homing.activities.subscription.Terms;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The request of a delivery as a command, for trying the receiver by hand. */
final class Curl {
  private Curl() {}

  /**
   * Contains no secret: what only Homing knows is to be filled in.
   *
   * @param attempt as which it is sent
   * @param payload null: too long for a command, or expired, so to be read from a file
   */
  static String of(Events.Event event, Terms terms, int attempt, @Nullable String payload) {
    Map<String, String> headers =
        SentHeaders.of(event, terms, attempt, "<now, in seconds>", "<signature>", "<secret>");
    StringBuilder command = new StringBuilder("curl -i " + quoted(terms.url()));
    headers.forEach(
        (name, value) -> command.append(" \\\n  -H ").append(quoted(name + ": " + value)));
    return command
        .append(" \\\n  --data-binary ")
        .append(payload == null ? "@" + event.id() : quoted(payload))
        .toString();
  }

  /** In single quotes, between which a shell reads nothing else. */
  private static String quoted(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }
}
