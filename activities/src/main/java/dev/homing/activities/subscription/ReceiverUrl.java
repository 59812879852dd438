package dev.homing.activities.subscription;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import okhttp3.HttpUrl;

/**
 * Parses the URL of a receiver, so that the stored URL is the one that is called.
 *
 * <p>Only the sending client's parser is used: two parsers that disagree are a way around a check.
 * Addresses are not checked here, but when they are called.
 */
public final class ReceiverUrl {
  private static final int MAX_LENGTH = 2_048;
  private static final Pattern STRICT = Pattern.compile("(?i)https?://[^/].*");
  private static final Pattern NUMBER = Pattern.compile("[0-9]+|0x.*");
  private static final String OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
  private static final Pattern DOTTED_QUAD = Pattern.compile(OCTET + "(?:\\." + OCTET + "){3}");

  /** Ports of SSH, SMTP, DNS, Docker, databases, Redis, Temporal, Elasticsearch and kubelet. */
  private static final List<Integer> BLOCKED_PORTS =
      List.of(22, 25, 53, 2375, 3306, 5432, 6379, 7233, 8233, 9200, 10250, 11211);

  private ReceiverUrl() {}

  /**
   * The canonical form: percent signs and full-width digits resolved, names in punycode.
   *
   * @throws IllegalArgumentException with a sentence that says what to do
   */
  public static HttpUrl parse(String text) {
    checkText(text);
    HttpUrl url = QueryAsWritten.of(withoutFinalDot(parsed(text)), text);
    checkHost(url.host());
    if (BLOCKED_PORTS.contains(url.port())) {
      throw refused(
          BLOCKED_PORTS.stream()
              .map(String::valueOf)
              .collect(
                  Collectors.joining(", ", "Use another port: webhooks are never sent to ", ".")));
    }
    if (url.toString().length() > MAX_LENGTH) {
      throw tooLong();
    }
    return url;
  }

  /**
   * Parses a stored URL that {@link #parse} returned.
   *
   * @throws IllegalArgumentException if the URL is damaged
   */
  static HttpUrl stored(String text) {
    return QueryAsWritten.of(HttpUrl.get(text), text);
  }

  /** Refuses texts that OkHttp would repair silently, unlike other parsers. */
  private static void checkText(String text) {
    if (text.length() > MAX_LENGTH) {
      throw tooLong();
    }
    if (text.chars().anyMatch(ReceiverUrl::isForbidden)) {
      throw refused("Remove spaces, control characters and backslashes from the URL.");
    }
    if (!STRICT.matcher(text).matches()) {
      throw refused("Start the URL with https:// or http:// and a host.");
    }
    if (text.indexOf('#') >= 0) {
      throw refused("Remove the part from # on: it is never sent.");
    }
    String authority = authority(text);
    if (authority.indexOf('@') >= 0) {
      throw refused("Remove user name and password from the URL.");
    }
    if (authority.startsWith("[") && authority.indexOf('%') >= 0) {
      throw refused("Remove the zone id from the address.");
    }
  }

  private static boolean isForbidden(int character) {
    return character == '\\'
        || Character.isISOControl(character)
        || Character.isWhitespace(character)
        || Character.isSpaceChar(character);
  }

  private static String authority(String text) {
    String rest = text.substring(text.indexOf("://") + 3);
    return rest.split("[/?]", 2)[0];
  }

  private static HttpUrl parsed(String text) {
    HttpUrl url = HttpUrl.parse(text);
    if (url == null) {
      throw refused("Check host and port: this is not a URL that can be called.");
    }
    return url;
  }

  /** A final dot does not change a DNS name; the host is parsed again, as it may hide digits. */
  private static HttpUrl withoutFinalDot(HttpUrl url) {
    String host = url.host();
    if (!host.endsWith(".") || host.endsWith("..") || host.length() == 1) {
      return url;
    }
    return url.newBuilder().host(host.substring(0, host.length() - 1)).build();
  }

  /** An IPv4 address must be four decimal numbers: other parsers read 010 or 0x7f differently. */
  private static void checkHost(String host) {
    if (host.isEmpty() || host.endsWith(".")) {
      throw refused("Remove the dots at the end of the host.");
    }
    String lastLabel = host.substring(host.lastIndexOf('.') + 1);
    if (NUMBER.matcher(lastLabel).matches() && !DOTTED_QUAD.matcher(host).matches()) {
      throw refused("Write the address as four decimal numbers without leading zeros.");
    }
  }

  private static IllegalArgumentException tooLong() {
    return refused("Shorten the URL to 2,048 characters.");
  }

  private static IllegalArgumentException refused(String advice) {
    return new IllegalArgumentException(advice);
  }
}
