package dev.homing.activities.destination;

import java.net.InetSocketAddress;

/**
 * Decides which addresses may be called; asked for each lookup's result and before each connect.
 */
@FunctionalInterface
public interface Destinations {

  /**
   * True if this address may be called.
   *
   * @param address resolved; port 0 asks whether any of its ports may be called, as lookups do not
   *     know the port
   */
  boolean allows(InetSocketAddress address);

  /** False for a name that must not even be looked up. */
  default boolean allowsName(String host) {
    return true;
  }
}
