package dev.homing.activities.subscription;

import java.util.Locale;

/** Why Homing disabled a subscription. */
public enum DisabledReason {
  /** Its receiver answered 410. */
  GONE,
  /** Its receiver answered {@code webhook-delivery: disable}. */
  OPTED_OUT,
  /** Its receiver has done nothing but fail for {@code HOMING_DISABLE_AFTER}. */
  FAILING;

  /** The word that is stored and shown, also as the reason of deliveries that are cancelled. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  static DisabledReason of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }

  Receiver.Status status() {
    return switch (this) {
      case GONE -> Receiver.Status.GONE;
      case OPTED_OUT -> Receiver.Status.OPTED_OUT;
      case FAILING -> Receiver.Status.FAILING;
    };
  }
}
