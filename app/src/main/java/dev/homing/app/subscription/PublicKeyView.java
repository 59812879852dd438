package dev.homing.app.subscription;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.homing.activities.subscription.Subscription;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A public key that verifies {@code v1a} signatures.
 *
 * @param publicKey {@code whpk_} and 32 bytes in base64 (Ed25519)
 * @param until the end of signing for it; left out: it is the current key
 */
record PublicKeyView(
    String publicKey, @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Instant until) {

  /** The current key, then the earlier ones that are still signed for. */
  static List<PublicKeyView> of(Subscription subscription, Instant now) {
    List<PublicKeyView> keys = new ArrayList<>();
    if (subscription.publicKey() != null) {
      keys.add(new PublicKeyView(subscription.publicKey(), null));
    }
    for (Subscription.EarlierSecret earlier : subscription.earlierSecrets()) {
      if (earlier.publicKey() != null && earlier.until().isAfter(now)) {
        keys.add(new PublicKeyView(earlier.publicKey(), earlier.until()));
      }
    }
    return keys;
  }
}
