package dev.homing.activities.destination;

import java.io.Serial;
import java.net.UnknownHostException;

/**
 * This node looks up too many names at once, so the name was not looked up: our fault, which
 * passes.
 */
public final class TooManyLookupsException extends UnknownHostException {
  @Serial private static final long serialVersionUID = 1;

  public TooManyLookupsException() {
    super("this node looks up too many names at once");
  }
}
