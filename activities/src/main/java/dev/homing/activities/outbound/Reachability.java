package dev.homing.activities.outbound;

import dev.homing.activities.destination.DestinationPolicy;
import dev.homing.activities.destination.TimedDns;
import dev.homing.workflows.delivery.Outcome;
import dev.homing.workflows.delivery.Outcome.Fault;
import dev.homing.workflows.delivery.Outcome.Unanswered;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.EventListener;
import okhttp3.Protocol;
import org.jspecify.annotations.Nullable;

/** Observes whether a call reached a machine; confined to the thread that makes the call. */
final class Reachability extends EventListener {
  private boolean connected;
  private boolean hadConnection;
  private boolean otherNamesResolve;
  private boolean attempted = true;
  private @Nullable InetAddress address;

  @Override
  public void dnsStart(Call call, String host) {
    newConnection();
  }

  @Override
  public void connectStart(Call call, InetSocketAddress address, Proxy proxy) {
    this.address = address.getAddress();
    newConnection();
  }

  /** A kept connection that the call had before was dead. */
  private void newConnection() {
    hadConnection = false;
  }

  @Override
  public void secureConnectStart(Call call) {
    connected = true;
  }

  @Override
  public void connectEnd(
      Call call, InetSocketAddress address, Proxy proxy, @Nullable Protocol protocol) {
    connected = true;
  }

  /** A reset means that a machine accepted the connection; only the JDK's message tells. */
  @Override
  public void connectFailed(
      Call call,
      InetSocketAddress address,
      Proxy proxy,
      @Nullable Protocol protocol,
      IOException failure) {
    connected |= String.valueOf(failure.getMessage()).contains("reset");
  }

  @Override
  public void connectionAcquired(Call call, Connection connection) {
    hadConnection = true;
    address = connection.route().socketAddress().getAddress();
  }

  /**
   * The host name was not resolved.
   *
   * @param othersResolve whether other names are resolved, so that this name is at fault
   */
  void dnsFailed(boolean othersResolve) {
    otherNamesResolve = othersResolve;
  }

  /** This node was too busy to look the name up, or to open a socket. */
  void notAttempted() {
    attempted = false;
  }

  boolean wasAttempted() {
    return attempted;
  }

  /**
   * The address that was called last, to show to users: a public one, or one that the URL itself
   * names, as others would tell what a name means inside the network; null: none, or not to show.
   */
  @Nullable String address(String host) {
    return address != null && (DestinationPolicy.isPublic(address) || TimedDns.isAddress(host))
        ? address.getHostAddress()
        : null;
  }

  /** True if the call had neither a new connection nor a kept one. */
  boolean hadNoConnection() {
    return !connected && !hadConnection;
  }

  /** True if a machine accepted the connection, refused it, or answered. */
  boolean reachedMachine(Outcome outcome) {
    return connected || outcome.status() != null || hasFault(outcome, Fault.CONNECTION_REFUSED);
  }

  /**
   * True if the network led to no machine. A kept connection that falls silent proves nothing, as
   * its receiver may have died; nor does a name that fails while others are resolved.
   */
  boolean foundNoMachine(Outcome outcome) {
    return hadNoConnection()
        && !otherNamesResolve
        && (hasFault(outcome, Fault.DNS_FAILED)
            || hasFault(outcome, Fault.TIMED_OUT)
            || hasFault(outcome, Fault.UNREACHABLE));
  }

  private static boolean hasFault(Outcome outcome, Fault fault) {
    return outcome instanceof Unanswered(var actual, _) && actual == fault;
  }
}
