package dev.homing.activities.destination;

import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Finds the addresses of a host name, and blocks no thread meanwhile. */
@FunctionalInterface
public interface Lookup {

  /**
   * One address or more, within three seconds.
   *
   * <p>It fails with an {@link java.net.UnknownHostException} if there is no such name, with a
   * {@link NoAnswerException} if that is not known, and with a {@link TooManyLookupsException} if
   * nobody was asked.
   */
  CompletableFuture<List<InetAddress>> addressesOf(String name);
}
