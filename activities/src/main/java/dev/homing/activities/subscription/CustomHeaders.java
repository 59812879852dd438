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
 * Headers that a subscription's requests carry beside Homing's own, the same with each.
 *
 * <p>Case makes no difference to a name (RFC 9110, section 5.1). {@link #toString()} shows no
 * value.
 */
public record CustomHeaders(Map<String, String> byName) {
  public static final CustomHeaders NONE = new CustomHeaders(Map.of());

  /** So many has a subscription at most. */
  public static final int MOST = 20;

  /** So many characters have all names and values of a subscription together. */
  public static final int LONGEST_IN_ALL = 16 * 1024;

  private static final int LONGEST_NAME = 100;
  private static final int LONGEST_VALUE = 4 * 1024;

  /** RFC 9110, section 5.6.2. OkHttp would send a name like {@code X-A:}. */
  private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

  /** Printable ASCII, without spaces at its ends, which no receiver would see. */
  private static final Pattern VALUE = Pattern.compile("(?:[!-~](?:[\\t -~]*[!-~])?)?");

  /** They say where a request ends and who sends it, or open the metadata services of clouds. */
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

  /** Why a header of this name cannot be had; empty if it can. */
  public static Optional<String> complaintAboutName(String name) {
    if (name.length() > LONGEST_NAME || !TOKEN.matcher(name).matches()) {
      return Optional.of(
          "a name has from 1 to %d letters, digits and hyphens".formatted(LONGEST_NAME));
    }
    String lower = name.toLowerCase(Locale.ROOT);
    return RESERVED.contains(lower) || RESERVED_PREFIXES.stream().anyMatch(lower::startsWith)
        ? Optional.of("%s is Homing's to set".formatted(name))
        : Optional.empty();
  }

  /** Why this cannot be a value, without repeating it; empty if it can. */
  public static Optional<String> complaintAboutValue(String value) {
    return value.length() > LONGEST_VALUE || !VALUE.matcher(value).matches()
        ? Optional.of(
            "a value has at most %d printable ASCII characters, and no space at its ends"
                .formatted(LONGEST_VALUE))
        : Optional.empty();
  }

  @Override
  public String toString() {
    return "CustomHeaders" + byName.keySet();
  }
}
