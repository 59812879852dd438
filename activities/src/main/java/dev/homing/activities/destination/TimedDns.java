package dev.homing.activities.destination;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import okhttp3.Dns;

/**
 * Looks names up under a deadline of three seconds: the timeout of a call does not interrupt a
 * resolver.
 *
 * <p>An address is its own answer. How long the JVM remembers the others is set where it starts.
 */
public final class TimedDns implements Dns {
  private static final Duration DEADLINE = Duration.ofSeconds(3);
  private static final int THREADS = 64;

  private final Dns resolver;
  private final ThreadPoolExecutor lookups = threads();

  public TimedDns(Dns resolver) {
    this.resolver = resolver;
  }

  @Override
  public List<InetAddress> lookup(String host) throws UnknownHostException {
    return isAddress(host) ? List.of(InetAddress.ofLiteral(host)) : lookupInTime(host);
  }

  /** As the client that connects sees it: it looks nothing up that holds no letter, or a colon. */
  public static boolean isAddress(String host) {
    return host.indexOf(':') >= 0
        || host.chars().allMatch(character -> Character.isDigit(character) || character == '.');
  }

  private List<InetAddress> lookupInTime(String host) throws UnknownHostException {
    Future<List<InetAddress>> answer = lookups.submit(() -> resolver.lookup(host));
    try {
      return answer.get(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException late) {
      answer.cancel(true);
      throw failed("no answer in time", late);
    } catch (ExecutionException failure) {
      throw failed("no such name", failure);
    } catch (InterruptedException stop) {
      answer.cancel(true);
      Thread.currentThread().interrupt();
      throw failed("interrupted", stop);
    }
  }

  private static UnknownHostException failed(String message, Exception cause) {
    UnknownHostException failure = new UnknownHostException(message);
    failure.initCause(cause);
    return failure;
  }

  /** Threads of the platform, as a resolver blocks in native code, which would pin a carrier. */
  private static ThreadPoolExecutor threads() {
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            30,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().daemon().name("dns-", 1).factory());
    threads.allowCoreThreadTimeOut(true);
    return threads;
  }
}
