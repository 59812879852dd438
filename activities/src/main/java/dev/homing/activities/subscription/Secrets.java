package dev.homing.activities.subscription;

import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.nio.charset.StandardCharsets;

/** Seals signing secrets for keeping, each bound to its subscription, and opens them to sign. */
public final class Secrets {
  private static final String PURPOSE = "signing";

  private final Encryption encryption;

  public Secrets(Encryption encryption) {
    this.encryption = encryption;
  }

  public String seal(Tenant tenant, SubscriptionId subscription, SigningSecret secret) {
    return encryption.seal(
        secret.text().getBytes(StandardCharsets.US_ASCII),
        new Encryption.Owner(tenant, subscription, PURPOSE));
  }

  SigningSecret open(Tenant tenant, SubscriptionId subscription, String sealed) {
    byte[] text = encryption.open(sealed, new Encryption.Owner(tenant, subscription, PURPOSE));
    return SigningSecret.parse(new String(text, StandardCharsets.US_ASCII));
  }
}
