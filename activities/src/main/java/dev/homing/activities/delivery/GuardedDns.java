package dev.homing.activities.delivery;

import java.net.InetAddress;
import java.net.InetSocketAddress;
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
 * Looks names up under a deadline, and refuses a name if any of its addresses is refused.
 *
 * <p>The deadline is its own because a call's timeout does not interrupt a resolver. Literal
 * addresses never come here: {@link GuardedSockets} is the guard, this one only speaks earlier.
 *
 * <p>The JVM remembers an answer for 30 s and a failure for 10 s ({@code networkaddress.cache.ttl}
 * and {@code networkaddress.cache.negative.ttl} in its {@code java.security}), so an attempt within
 * 10 s of a failed lookup fails again without a question asked.
 */
final class GuardedDns implements Dns {
  private static final Duration DEADLINE = Duration.ofSeconds(3);
  private static final int THREADS = 64;

  private final Dns resolver;
  private final Destinations destinations;
  private final ThreadPoolExecutor lookups;

  GuardedDns(Dns resolver, Destinations destinations) {
    this.resolver = resolver;
    this.destinations = destinations;
    this.lookups = threads();
  }

  @Override
  public List<InetAddress> lookup(String host) throws UnknownHostException {
    List<InetAddress> addresses = lookupInTime(host);
    for (InetAddress address : addresses) {
      if (!destinations.allows(new InetSocketAddress(address, 0))) {
        throw new BlockedDestinationException();
      }
    }
    return addresses;
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
