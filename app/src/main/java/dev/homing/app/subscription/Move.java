package dev.homing.app.subscription;

import static java.util.stream.Collectors.toMap;

import dev.homing.activities.subscription.Terms;
import dev.homing.activities.subscription.Terms.Tls;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import okhttp3.HttpUrl;

/**
 * A change of a subscription, without the secrets that must not follow it to another host.
 *
 * <p>Credentials were given for one receiver. Another scheme or port can be another receiver too,
 * and {@code http://} would show them to everyone on the way, so only the same origin (RFC 6454)
 * keeps them.
 *
 * @param terms to be kept
 * @param dropped the fields that the change would have kept, as the API calls them
 */
record Move(Terms terms, List<String> dropped) {
  static Move of(Terms before, Terms after) {
    return isOneOrigin(HttpUrl.get(before.url()), HttpUrl.get(after.url()))
        ? new Move(after, List.of())
        : withoutKeptSecrets(before, after);
  }

  private static boolean isOneOrigin(HttpUrl one, HttpUrl other) {
    return one.scheme().equals(other.scheme())
        && one.host().equals(other.host())
        && one.port() == other.port();
  }

  private static Move withoutKeptSecrets(Terms before, Terms after) {
    Set<String> known = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    known.addAll(before.secretHeaders().keySet());
    Set<String> kept = new TreeSet<>();
    after
        .secretHeaders()
        .forEach(
            (name, value) -> {
              if (value.isEmpty() && known.contains(name)) {
                kept.add(name);
              }
            });
    List<String> dropped = new ArrayList<>(kept.stream().map("secret_headers."::concat).toList());
    boolean keepsKey = keepsKey(before.tls(), after.tls());
    if (keepsKey) {
      dropped.addAll(List.of("tls.certificate", "tls.key"));
    }
    Map<String, Optional<String>> sent =
        after.secretHeaders().entrySet().stream()
            .filter(header -> !kept.contains(header.getKey()))
            .collect(toMap(Map.Entry::getKey, Map.Entry::getValue));
    Tls tls = keepsKey ? new Tls(after.tls().authority(), null, null) : after.tls();
    return new Move(after.with(sent, tls), dropped);
  }

  /** A certificate is of no use without its key. */
  private static boolean keepsKey(Tls before, Tls after) {
    return after.certificate() != null
        && after.key() == null
        && after.certificate().equals(before.certificate());
  }
}
