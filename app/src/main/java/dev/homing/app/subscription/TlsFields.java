package dev.homing.app.subscription;

import dev.homing.activities.subscription.ReceiverTls;
import dev.homing.activities.subscription.Terms;
import dev.homing.app.problem.Problem;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The TLS options of a subscription, in PEM.
 *
 * @param authority that issued the receiver's certificate; null: those that the JVM trusts
 * @param certificate that Homing presents to the receiver; null: none
 * @param key of that certificate, shown as {@code ***}, which keeps it; null: none
 */
record TlsFields(@Nullable String authority, @Nullable String certificate, @Nullable String key) {
  /** The options as the API shows them; null if the subscription has none. */
  static @Nullable TlsFields of(Terms terms) {
    Terms.Tls tls = terms.tls();
    return tls.authority() == null && tls.certificate() == null
        ? null
        : new TlsFields(
            tls.authority(), tls.certificate(), tls.certificate() == null ? null : Redacted.TEXT);
  }

  /** The faults of the options, without the key. */
  List<Problem.FieldError> errors() {
    List<Problem.FieldError> errors = new ArrayList<>();
    addComplaint("tls.authority", authority, errors);
    addComplaint("tls.certificate", certificate, errors);
    if (certificate == null && isNewKey()) {
      errors.add(new Problem.FieldError("tls.certificate", "is required with a key"));
    } else if (certificate != null && key == null) {
      errors.add(
          new Problem.FieldError(
              "tls.key",
              "is required with a certificate; send %s to keep the current one"
                  .formatted(Redacted.TEXT)));
    } else if (certificate != null && key != null && isNewKey() && errors.isEmpty()) {
      ReceiverTls.complaintAboutKey(certificate, key)
          .ifPresent(text -> errors.add(new Problem.FieldError("tls.key", text)));
    }
    return errors;
  }

  private static void addComplaint(
      String field, @Nullable String pem, List<Problem.FieldError> errors) {
    if (pem != null) {
      ReceiverTls.complaintAboutCertificates(pem)
          .ifPresent(text -> errors.add(new Problem.FieldError(field, text)));
    }
  }

  /** The terms; without a new key, the current one is kept with its certificate. */
  Terms.Tls terms() {
    return new Terms.Tls(authority, certificate, isNewKey() ? key : null);
  }

  private boolean isNewKey() {
    return key != null && !Redacted.is(key);
  }

  /** Shows nothing, because it holds the key. */
  @Override
  public String toString() {
    return "TlsFields";
  }
}
