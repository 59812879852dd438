package dev.homing.app.subscription;

import dev.homing.activities.subscription.ReceiverTls;
import dev.homing.activities.subscription.Terms;
import dev.homing.app.http.Problem;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * TLS as a subscription's owner wants it, in PEM.
 *
 * @param authority of the receiver's certificate; null: those that the JVM trusts
 * @param certificate that Homing shows to the receiver; null: none
 * @param key of that certificate, shown as {@link Redacted}, which leaves it as it is; null: none
 */
record TlsFields(@Nullable String authority, @Nullable String certificate, @Nullable String key) {
  /** As they are shown; null: there is nothing of its own. */
  static @Nullable TlsFields of(Terms terms) {
    Terms.Tls tls = terms.tls();
    return tls.authority() == null && tls.certificate() == null
        ? null
        : new TlsFields(
            tls.authority(), tls.certificate(), tls.certificate() == null ? null : Redacted.TEXT);
  }

  /** What is wrong with them, without the key. */
  List<Problem.FieldError> errors() {
    List<Problem.FieldError> errors = new ArrayList<>();
    addComplaint("tls.authority", authority, errors);
    addComplaint("tls.certificate", certificate, errors);
    if (certificate == null && isNewKey()) {
      errors.add(new Problem.FieldError("tls.certificate", "is needed with a key"));
    } else if (certificate != null && key == null) {
      errors.add(
          new Problem.FieldError(
              "tls.key",
              "is needed with a certificate; %s leaves it as it is".formatted(Redacted.TEXT)));
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

  /** A key that stays goes with its certificate. */
  Terms.Tls terms() {
    return new Terms.Tls(authority, certificate, isNewKey() ? key : null);
  }

  private boolean isNewKey() {
    return key != null && !Redacted.is(key);
  }

  /** Nothing, as the key is in it. */
  @Override
  public String toString() {
    return "TlsFields";
  }
}
