package dev.homing.activities.secret;

import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Seals what a subscription keeps secret, each bound to its subscription, and opens it to send. */
public final class Secrets {
  private static final String SIGNING = "signing";
  private static final String TLS_KEY = "tls key";

  private final Encryption encryption;

  public Secrets(Encryption encryption) {
    this.encryption = encryption;
  }

  public SealedSecret seal(Tenant tenant, SubscriptionId subscription, SigningSecret secret) {
    String text =
        encryption.seal(
            secret.text().getBytes(StandardCharsets.US_ASCII),
            new Encryption.Owner(tenant, subscription, SIGNING));
    return new SealedSecret(text, secret.publicKey().orElse(null));
  }

  public SigningSecret open(Tenant tenant, SubscriptionId subscription, String sealed) {
    byte[] text = encryption.open(sealed, new Encryption.Owner(tenant, subscription, SIGNING));
    return SigningSecret.parse(new String(text, StandardCharsets.US_ASCII));
  }

  /** The same secret, sealed with the key that seals now. */
  public String reseal(Tenant tenant, SubscriptionId subscription, String sealed) {
    return reseal(sealed, new Encryption.Owner(tenant, subscription, SIGNING));
  }

  /** The same value of a header, sealed with the key that seals now. */
  public String resealHeader(
      Tenant tenant, SubscriptionId subscription, String name, String sealed) {
    return reseal(sealed, header(tenant, subscription, name));
  }

  private String reseal(String sealed, Encryption.Owner owner) {
    return encryption.isUpToDate(sealed)
        ? sealed
        : encryption.seal(encryption.open(sealed, owner), owner);
  }

  /** The same key of a certificate, sealed with the key that seals now. */
  public String resealTlsKey(Tenant tenant, SubscriptionId subscription, String sealed) {
    return reseal(sealed, new Encryption.Owner(tenant, subscription, TLS_KEY));
  }

  /** Seals the key of a certificate, which is PEM. */
  public String sealTlsKey(Tenant tenant, SubscriptionId subscription, String pem) {
    return encryption.seal(
        pem.getBytes(StandardCharsets.UTF_8), new Encryption.Owner(tenant, subscription, TLS_KEY));
  }

  public String openTlsKey(Tenant tenant, SubscriptionId subscription, String sealed) {
    return new String(
        encryption.open(sealed, new Encryption.Owner(tenant, subscription, TLS_KEY)),
        StandardCharsets.UTF_8);
  }

  /** Seals the value of a header, which is ASCII; bound to its name as well. */
  public String sealHeader(Tenant tenant, SubscriptionId subscription, String name, String value) {
    return encryption.seal(
        value.getBytes(StandardCharsets.US_ASCII), header(tenant, subscription, name));
  }

  public String openHeader(Tenant tenant, SubscriptionId subscription, String name, String sealed) {
    return new String(
        encryption.open(sealed, header(tenant, subscription, name)), StandardCharsets.US_ASCII);
  }

  private static Encryption.Owner header(Tenant tenant, SubscriptionId subscription, String name) {
    return new Encryption.Owner(tenant, subscription, "header " + name.toLowerCase(Locale.ROOT));
  }
}
