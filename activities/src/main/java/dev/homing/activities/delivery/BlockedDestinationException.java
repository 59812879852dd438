package dev.homing.activities.delivery;

import java.io.Serial;
import java.net.UnknownHostException;

/**
 * The address may not be called.
 *
 * <p>It is an unknown host because that is all that a resolver may throw. The message never holds
 * the address: who registers a URL must not learn what a name means inside our network.
 */
final class BlockedDestinationException extends UnknownHostException {
  @Serial private static final long serialVersionUID = 1;

  BlockedDestinationException() {
    super("blocked destination");
  }
}
