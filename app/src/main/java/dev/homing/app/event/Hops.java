package dev.homing.app.event;

import dev.homing.activities.outbound.HttpSender;
import dev.homing.app.problem.Problem;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import org.springframework.http.HttpHeaders;

/** Counts the deliveries by Homing through which an event came, to break endless loops. */
final class Hops {
  /** The most hops: enough for instances that publish to one another on purpose. */
  static final int MAX = 3;

  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

  private Hops() {}

  /**
   * The hops of a published event; zero if it came through no delivery.
   *
   * @throws Problem 508 after too many hops
   */
  static int of(HttpServletRequest request) {
    int hops = before(request);
    if (hops > MAX) {
      throw Problem.loop(MAX);
    }
    return hops;
  }

  private static int before(HttpServletRequest request) {
    List<String> counts = Collections.list(request.getHeaders(HttpSender.HOPS));
    if (!counts.isEmpty()) {
      return 1 + counts.stream().mapToInt(Hops::number).max().orElseThrow();
    }
    return isDelivery(request) ? 1 : 0;
  }

  private static int number(String text) {
    if (!NUMBER.matcher(text.strip()).matches()) {
      throw Problem.malformed(
          "Send %s as it came, once, or leave it out.".formatted(HttpSender.HOPS));
    }
    return Integer.parseInt(text.strip());
  }

  private static boolean isDelivery(HttpServletRequest request) {
    String agent = request.getHeader(HttpHeaders.USER_AGENT);
    return agent != null
        && agent.startsWith(HttpSender.PRODUCT)
        && request.getHeader("webhook-id") != null;
  }
}
