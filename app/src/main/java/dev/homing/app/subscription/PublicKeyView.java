package dev.homing.app.subscription;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.homing.activities.subscription.Subscription;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A key with which a receiver verifies {@code v1a} signatures.
 *
 * @param publicKey {@code whpk_} and 32 bytes in base64 (Ed25519)
 * @param until when nothing is signed for it any more; null: it is the current one
 */
record PublicKeyView(
    String publicKey, @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Instant until) {

  /** The current one first, then those that something is signed for still. */
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
