package dev.homing.app.access;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;

/** What a key may be used for. */
public enum Scope {
  /** To trigger deliveries. */
  PUBLISH,
  /** To see subscriptions, events and deliveries. */
  READ,
  /** To change subscriptions, and to retry and cancel deliveries. */
  MANAGE,
  /** To see the signing secrets of subscriptions. */
  SECRETS,
  /** To do all of that, and to manage tenants, keys and repairs. */
  ADMIN;

  static Optional<Scope> of(String word) {
    return Arrays.stream(values()).filter(scope -> scope.word().equals(word)).findFirst();
  }

  /** The name in the API and in Spring Security. */
  @JsonValue
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  GrantedAuthority authority() {
    return new SimpleGrantedAuthority(word());
  }
}
