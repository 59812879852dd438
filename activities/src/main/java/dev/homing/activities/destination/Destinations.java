package dev.homing.activities.destination;

import java.net.InetSocketAddress;

/** Says which addresses may be called; asked for every name's answers and before every connect. */
@FunctionalInterface
public interface Destinations {

  /**
   * True when this address may be called.
   *
   * @param address resolved; port 0 asks whether any port there may be called, as a name is looked
   *     up before the port matters
   */
  boolean allows(InetSocketAddress address);

  /** False for a name that is not even looked up. */
  default boolean allowsName(String host) {
    return true;
  }
}
