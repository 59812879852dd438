package dev.homing.activities.destination;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import okhttp3.Dns;

/** Waits for a lookup's result. A literal address needs no lookup. */
public final class TimedDns implements Dns {
  /** A safety net: a lookup times out by itself earlier. */
  private static final Duration DEADLINE = Duration.ofSeconds(4);

  private final Lookup lookup;

  public TimedDns(Lookup lookup) {
    this.lookup = lookup;
  }

  @Override
  public List<InetAddress> lookup(String host) throws UnknownHostException {
    return isAddress(host) ? List.of(InetAddress.ofLiteral(host)) : addressesOf(host);
  }

  /** True for literal addresses in OkHttp's view: digits and dots only, or with a colon. */
  public static boolean isAddress(String host) {
    return host.indexOf(':') >= 0
        || host.chars().allMatch(character -> Character.isDigit(character) || character == '.');
  }

  private List<InetAddress> addressesOf(String host) throws UnknownHostException {
    try {
      return lookup.addressesOf(host).get(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException failure) {
      throw failure.getCause() instanceof UnknownHostException unknown
          ? unknown
          : failed("no such name", failure);
    } catch (TimeoutException e) {
      throw new NoAnswerException(false);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed("interrupted", e);
    }
  }

  private static UnknownHostException failed(String message, Exception cause) {
    UnknownHostException failure = new UnknownHostException(message);
    failure.initCause(cause);
    return failure;
  }
}
