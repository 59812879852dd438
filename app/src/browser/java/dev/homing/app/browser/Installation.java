package dev.homing.app.browser;

import dev.homing.app.journey.Api;
import dev.homing.app.journey.RunningHoming;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The installation that all browser tests share: with real parts, and keys to sign in with. */
final class Installation {
  private static @Nullable Installation shared;

  private final AtomicInteger accounts = new AtomicInteger();
  private final NamedReceivers receivers = new NamedReceivers();
  private final RunningHoming homing;

  private Installation() {
    homing =
        RunningHoming.start(
            RunningHoming.apart(
                "browser",
                Map.of(
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
