package dev.homing.activities.destination;

import java.io.Serial;
import java.net.UnknownHostException;

/**
 * The address is not allowed.
 *
 * <p>It extends {@link UnknownHostException}, the only exception that a resolver may throw. Its
 * message never contains the address: subscribers must not learn what a name resolves to inside our
 * network.
 */
public final class BlockedDestinationException extends UnknownHostException {
  @Serial private static final long serialVersionUID = 1;

  public BlockedDestinationException() {
    super("blocked destination");
  }
}
