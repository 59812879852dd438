package dev.homing.app.delivery;

import dev.homing.activities.event.Events;
import dev.homing.activities.subscription.Terms;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The request of a delivery as a command, for trying the receiver by hand. */
final class Curl {
  private Curl() {}

  /** Contains no secret: what only Homing knows is to be filled in. */
  static String of(Events.Event event, Terms terms, @Nullable String payload) {
    Map<String, String> headers = new TreeMap<>();
    headers.put("content-type", event.contentType());
    headers.put("webhook-id", event.id().toString());
    headers.put("webhook-timestamp", "<now, in seconds>");
    headers.put("webhook-signature", "<signature>");
    headers.putAll(terms.headers());
    terms.secretHeaders().keySet().forEach(name -> headers.put(name, "<secret>"));
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
