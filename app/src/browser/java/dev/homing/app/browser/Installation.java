package dev.homing.app.browser;

import dev.homing.app.journey.Api;
import dev.homing.app.journey.RunningHoming;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The installation that all browser tests share: with real parts, keys to sign in with, and a
 * portal that looks as the company wants it to.
 */
final class Installation {
  /** The name that the portal's pages bear. */
  static final String BRAND = "Acme hooks";

  private static @Nullable Installation shared;

  private final AtomicInteger accounts = new AtomicInteger();
  private final NamedReceivers receivers = new NamedReceivers();
  private final CompanySite company = new CompanySite();
  private final RunningHoming homing;

  private Installation() {
    homing =
        RunningHoming.start(
            RunningHoming.apart(
                "browser",
                Map.of(
                    "HOMING_PORTAL_NAME",
                    BRAND,
                    "HOMING_PORTAL_LOGO",
                    company.logo(),
                    "HOMING_PORTAL_ACCENT",
                    "#0a5c36",
                    "HOMING_PORTAL_EMBED",
                    company.origin(),
                    "HOMING_PORTAL_BACK_URL",
                    company.origin() + "/",
                    "HOMING_ADMIN_KEY",
                    RunningHoming.ADMIN_KEY,
                    "HOMING_ALLOW_DESTINATIONS",
                    "127.0.0.0/8",
                    "HOMING_EGRESS_PROXY",
                    receivers.proxy(),
                    "HOMING_TEMPORAL_UI",
                    "http://temporal.acme.example")));
    homing.awaitHealthy();
  }

  static synchronized Installation shared() {
    Installation installation = shared;
    if (installation == null) {
      installation = new Installation();
      shared = installation;
    }
    return installation;
  }

  RunningHoming homing() {
    return homing;
  }

  /** The site that may show the portal in a frame. */
  CompanySite company() {
    return company;
  }

  NamedReceivers receivers() {
    return receivers;
  }

  /**
   * A tenant with a key that may do everything but administer.
   *
   * @param api for the key
   */
  record Account(String tenant, String keyId, String key, Api api) {}

  /** A tenant that no other test uses. */
  Account newAccount() {
    return newAccount("t-" + accounts.incrementAndGet());
  }

  Account newAccount(String tenant) {
    homing.admin().post("/tenants", Map.of("name", tenant)).expect(201);
    return newKey(tenant);
  }

  /** Another key of a tenant. */
  Account newKey(String tenant) {
    Map<String, Object> wanted = new HashMap<>();
    wanted.put("tenant", tenant);
    wanted.put("scopes", List.of("read", "manage", "publish"));
    Api.Answer made = homing.admin().post("/keys", wanted).expect(201);
    String key = Api.text(made.json(), "key");
    return new Account(tenant, Api.id(made), key, homing.api().authorized("Bearer " + key));
  }
}
