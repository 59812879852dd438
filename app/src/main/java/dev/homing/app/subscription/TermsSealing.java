package dev.homing.app.subscription;

import dev.homing.activities.secret.Secrets;
import dev.homing.activities.subscription.Subscription;
import dev.homing.activities.subscription.Terms;
import dev.homing.app.problem.Problem;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Seals the secrets in a subscription's terms; a secret without a value keeps the current one. */
@Component
class TermsSealing {
  private final Secrets secrets;

  TermsSealing(Secrets secrets) {
    this.secrets = secrets;
  }

  /**
   * Seals the secrets; throws a problem if a secret has neither a new nor a current value.
   *
   * @param before null for a new subscription
   */
  Terms.Sealed of(Tenant tenant, SubscriptionId id, Terms terms, @Nullable Subscription before) {
    return new Terms.Sealed(
        headers(tenant, id, terms, before == null ? Map.of() : before.sealed().headers()),
        tlsKey(tenant, id, terms.tls(), before));
  }

  private Map<String, String> headers(
      Tenant tenant, SubscriptionId id, Terms terms, Map<String, String> before) {
    Map<String, String> known = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    known.putAll(before);
    Map<String, String> sealed = new HashMap<>();
    terms
        .secretHeaders()
        .forEach(
            (name, value) ->
                sealed.put(
                    name,
                    value
                        .map(text -> secrets.sealHeader(tenant, id, name, text))
                        .or(() -> Optional.ofNullable(known.get(name)))
                        .orElseThrow(
                            () ->
                                Problem.invalid(
                                    "secret_headers",
                                    "%s needs a value: there is no current one for %s to keep"
                                        .formatted(name, Redacted.TEXT)))));
    return sealed;
  }

  /** The current key is kept only with its own certificate. */
  private @Nullable String tlsKey(
      Tenant tenant, SubscriptionId id, Terms.Tls tls, @Nullable Subscription before) {
    if (tls.certificate() == null) {
      return null;
    }
    if (tls.key() != null) {
      return secrets.sealTlsKey(tenant, id, tls.key());
    }
    if (before == null || !tls.certificate().equals(before.terms().tls().certificate())) {
      throw Problem.invalid("tls.key", "is required with a new certificate");
    }
    return before.sealed().tlsKey();
  }
}
