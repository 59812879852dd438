package dev.homing.activities.outbound;

import dev.homing.workflows.delivery.Outcome;
import dev.homing.workflows.delivery.Outcome.Fault;
import dev.homing.workflows.delivery.Outcome.Unanswered;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.EventListener;
import okhttp3.Protocol;
import org.jspecify.annotations.Nullable;

/** Whether a call came as far as anybody's machine; used by the one thread that makes the call. */
final class Reachability extends EventListener {
  private boolean connected;
  private boolean hadConnection;
  private boolean nameAlone;
  private boolean tried = true;

  @Override
  public void dnsStart(Call call, String host) {
    isConnecting();
  }

  @Override
  public void connectStart(Call call, InetSocketAddress address, Proxy proxy) {
    isConnecting();
  }

  /** A kept connection that it had was dead. */
  private void isConnecting() {
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

  /** A connection that is reset at once was taken by somebody; the JDK tells by its text only. */
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
  }

  /**
   * The host name led nowhere.
   *
   * @param alone whether that is known to be its own fault, as other names are answered
   */
  void failedByName(boolean alone) {
    nameAlone = alone;
  }

  /** This node had too much to do to look the name up. */
  void wasNotTried() {
    tried = false;
  }

  boolean wasTried() {
    return tried;
  }

  /** True when none came about, and none was kept alive. */
  boolean hadNoConnection() {
    return !connected && !hadConnection;
  }

  /** True when somebody's machine took the connection, refused it, or answered. */
  boolean wasMade(Outcome outcome) {
    return connected || outcome.status() != null || isFor(outcome, Fault.CONNECTION_REFUSED);
  }

  /**
   * True when the network led to nobody. A kept connection that falls silent says neither: its
   * receiver may have died as well. Nor does a name that alone is not answered.
   */
  boolean wasImpossible(Outcome outcome) {
    return hadNoConnection()
        && !nameAlone
        && (isFor(outcome, Fault.DNS_FAILED)
            || isFor(outcome, Fault.TIMED_OUT)
            || isFor(outcome, Fault.UNREACHABLE));
  }

  private static boolean isFor(Outcome outcome, Fault fault) {
    return outcome instanceof Unanswered(var why, _) && why == fault;
  }
}
