package dev.homing.activities.destination;

import java.io.Serial;
import java.net.UnknownHostException;

/**
 * The name was not looked up, as this node has too many lookups in progress: a transient fault of
 * ours.
 */
public final class TooManyLookupsException extends UnknownHostException {
  @Serial private static final long serialVersionUID = 1;

  public TooManyLookupsException() {
    super("too many lookups in progress");
  }
}
