package dev.homing.activities.subscription;

import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Headers that Homing adds to each request of a subscription.
 *
 * <p>Names are case-insensitive (RFC 9110, section 5.1). {@link #toString()} hides values.
 */
public record CustomHeaders(Map<String, String> byName) {
  public static final CustomHeaders NONE = new CustomHeaders(Map.of());

  /** The most headers of a subscription. */
  public static final int MAX_HEADERS = 20;

  /** The most characters of all names and values of a subscription together. */
  public static final int MAX_TOTAL_LENGTH = 16 * 1024;

  private static final int MAX_NAME_LENGTH = 100;
  private static final int MAX_VALUE_LENGTH = 4 * 1024;

  /** A token (RFC 9110, section 5.6.2). OkHttp would accept a name like {@code X-A:}. */
  private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

  /** Printable ASCII without spaces at its ends, which receivers would strip. */
  private static final Pattern VALUE = Pattern.compile("(?:[!-~](?:[\\t -~]*[!-~])?)?");

  /** Headers that frame a request, name its sender, or open the metadata services of clouds. */
  private static final Set<String> RESERVED =
      Set.of(
          "accept-encoding",
          "connection",
          "cookie",
          "expect",
          "forwarded",
          "host",
          "keep-alive",
          "metadata",
          "metadata-flavor",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade",
          "user-agent",
          "via",
          "x-real-ip");

  private static final List<String> RESERVED_PREFIXES =
      List.of(
          "content-",
          "homing-",
          "proxy-",
          "sec-",
          "webhook-",
          "x-amz-",
          "x-aws-",
          "x-azure-",
          "x-forwarded-",
          "x-goog-",
          "x-ms-");

  public CustomHeaders {
    Map<String, String> ordered = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    ordered.putAll(byName);
    byName = Collections.unmodifiableMap(ordered);
  }

  /** Why this name is invalid or reserved; empty if it may be used. */
  public static Optional<String> complaintAboutName(String name) {
    if (name.length() > MAX_NAME_LENGTH || !TOKEN.matcher(name).matches()) {
      return Optional.of(
          "a name has from 1 to %d letters, digits and hyphens".formatted(MAX_NAME_LENGTH));
    }
    String lower = name.toLowerCase(Locale.ROOT);
    return RESERVED.contains(lower) || RESERVED_PREFIXES.stream().anyMatch(lower::startsWith)
        ? Optional.of("%s is reserved for Homing".formatted(name))
        : Optional.empty();
  }

  /** Why this value is invalid, without repeating it; empty if it is valid. */
  public static Optional<String> complaintAboutValue(String value) {
    return value.length() > MAX_VALUE_LENGTH || !VALUE.matcher(value).matches()
        ? Optional.of(
            "a value has at most %d printable ASCII characters, and no space at its ends"
                .formatted(MAX_VALUE_LENGTH))
        : Optional.empty();
  }

  @Override
  public String toString() {
    return "CustomHeaders" + byName.keySet();
  }
}
