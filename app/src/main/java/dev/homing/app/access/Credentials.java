package dev.homing.app.access;

import dev.homing.app.audit.Actor;
import dev.homing.app.problem.Problem;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Optional;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/** Finds the callers that keys authenticate. */
@Component
public class Credentials {
  private final byte[] adminKey;
  private final ApiKeyCache keys;
  private final WrongKeyLimit wrongKeys;

  Credentials(AccessSettings settings, ApiKeyCache keys, WrongKeyLimit wrongKeys) {
    this.adminKey = settings.adminKey().getBytes(StandardCharsets.UTF_8);
    this.keys = keys;
    this.wrongKeys = wrongKeys;
  }

  /**
   * The caller that a key authenticates; empty if it is invalid for any reason.
   *
   * @param address from which it came; too many wrong keys from one are a problem
   * @throws DataAccessException if a query is needed and PostgreSQL is not responding
   */
  public Optional<Caller> caller(String key, String address) {
    Optional<Caller> caller = isAdminKey(key) ? Optional.of(Caller.ADMIN) : keys.caller(key);
    if (caller.isEmpty()) {
      refuse(address);
    }
    return caller;
  }

  /** Counts a wrong key or link; too many from one address are a problem. */
  public void refuse(String address) {
    Duration wait = wrongKeys.count(address);
    if (wait.isPositive()) {
      throw Problem.tooManyWrongKeys(wait);
    }
  }

  /**
   * The caller whose key was shown before; empty if the key is no longer valid.
   *
   * @param name of the caller: the id of an API key, or {@link Actor#ADMIN_KEY}
   * @throws DataAccessException if a query is needed and PostgreSQL is not responding
   */
  public Optional<Caller> known(String name) {
    return name.equals(Actor.ADMIN_KEY)
        ? Optional.of(Caller.ADMIN)
        : KeyId.read(name).flatMap(keys::known);
  }

  /** Takes as long for wrong keys as for the right one. */
  private boolean isAdminKey(String key) {
    return MessageDigest.isEqual(key.getBytes(StandardCharsets.UTF_8), adminKey);
  }
}
