package dev.homing.activities.destination;

import java.io.Serial;
import java.net.UnknownHostException;

/**
 * The address may not be called.
 *
 * <p>It is an unknown host because that is all that a resolver may throw. The message never holds
 * the address: who registers a URL must not learn what a name means inside our network.
 */
public final class BlockedDestinationException extends UnknownHostException {
  @Serial private static final long serialVersionUID = 1;

  public BlockedDestinationException() {
    super("blocked destination");
  }
}
