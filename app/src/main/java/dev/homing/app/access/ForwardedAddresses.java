package dev.homing.app.access;

import jakarta.servlet.ServletException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.tomcat.util.http.MimeHeaders;

/**
 * Normalizes {@code X-Forwarded-For} before it is trusted: addresses without port and brackets. An
 * entry that is not an address is dropped, with everything to its left.
 */
final class ForwardedAddresses extends ValveBase {
  private static final String HEADER = "X-Forwarded-For";

  ForwardedAddresses() {
    super(true);
  }

  @Override
  public void invoke(Request request, Response response) throws IOException, ServletException {
    List<String> given = Collections.list(request.getHeaders(HEADER));
    if (!given.isEmpty()) {
      MimeHeaders headers = request.getCoyoteRequest().getMimeHeaders();
      headers.removeHeader(HEADER);
      String normalized = normalized(given);
      if (!normalized.isEmpty()) {
        headers.addValue(HEADER).setString(normalized);
      }
    }
    getNext().invoke(request, response);
  }

  private static String normalized(List<String> headers) {
    List<String> entries =
        headers.stream().flatMap(header -> Stream.of(header.split(",", -1))).toList();
    Deque<String> addresses = new ArrayDeque<>();
    for (String entry : entries.reversed()) {
      Optional<String> address = Address.read(entry.strip()).map(Address::text);
      if (address.isEmpty()) {
        break;
      }
      addresses.addFirst(address.get());
    }
    return String.join(", ", addresses);
  }
}
