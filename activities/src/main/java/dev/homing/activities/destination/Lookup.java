package dev.homing.activities.destination;

import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Looks up the addresses of a host name without blocking. */
@FunctionalInterface
public interface Lookup {

  /**
   * Completes within three seconds, with at least one address.
   *
   * <p>Fails with an {@link java.net.UnknownHostException} if the name does not exist, with a
   * {@link NoAnswerException} if no name server could tell, and with a {@link
   * TooManyLookupsException} if none was asked.
   */
  CompletableFuture<List<InetAddress>> addressesOf(String name);
}
