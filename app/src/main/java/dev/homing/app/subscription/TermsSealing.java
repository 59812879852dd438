package dev.homing.app.subscription;

import dev.homing.activities.secret.Secrets;
import dev.homing.activities.subscription.Subscription;
import dev.homing.activities.subscription.Terms;
import dev.homing.app.http.Problem;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Seals what is secret of a subscription's terms; what is given without a value stays as it was.
 */
@Component
class TermsSealing {
  private final Secrets secrets;

  TermsSealing(Secrets secrets) {
    this.secrets = secrets;
  }

  /**
   * Throws a problem if there is neither a value nor one from before.
   *
   * @param before null: it is new
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
                                    "%s needs a value: there is none that %s could leave as it is"
                                        .formatted(name, Redacted.TEXT)))));
    return sealed;
  }

  /** A key stays with its certificate only. */
  private @Nullable String tlsKey(
      Tenant tenant, SubscriptionId id, Terms.Tls tls, @Nullable Subscription before) {
    if (tls.certificate() == null) {
      return null;
    }
    if (tls.key() != null) {
      return secrets.sealTlsKey(tenant, id, tls.key());
    }
    if (before == null || !tls.certificate().equals(before.terms().tls().certificate())) {
      throw Problem.invalid("tls.key", "is needed with another certificate");
    }
    return before.sealed().tlsKey();
  }
}
