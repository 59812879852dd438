package dev.homing.app.event;

import dev.homing.activities.outbound.HttpSender;
import dev.homing.app.http.Problem;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import org.springframework.http.HttpHeaders;

/** Counts by how many deliveries of Homing an event came here, so that none goes round for ever. */
final class Hops {
  /** Enough for Homings that publish to one another on purpose. */
  static final int MOST = 3;

  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

  private Hops() {}

  /**
   * Zero for an event that begins with this request.
   *
   * @throws Problem 508 after too many
   */
  static int of(HttpServletRequest request) {
    int hops = before(request);
    if (hops > MOST) {
      throw Problem.loop(MOST);
    }
    return hops;
  }

  private static int before(HttpServletRequest request) {
    List<String> said = Collections.list(request.getHeaders(HttpSender.HOPS));
    if (!said.isEmpty()) {
      return 1 + said.stream().mapToInt(Hops::number).max().orElseThrow();
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
