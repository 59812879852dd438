package dev.homing.activities.destination;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Shares lookups among concurrent callers, and caches their results.
 *
 * <p>An answer is valid for 30 s. After that it is used while no newer one is available, for up to
 * an hour. A failed name is not looked up again for 1 s, doubling with each failure up to 30 s.
 * Names with an answer have a lookup limit of their own, so they never wait for silent name servers
 * of others.
 */
public final class KnownNames implements Lookup {
  private static final Duration VALID_FOR = Duration.ofSeconds(30);
  private static final Duration USABLE_FOR = Duration.ofHours(1);
  private static final Duration MAX_BACKOFF = Duration.ofSeconds(30);

  /** How long to wait for a newer answer if there is an old one. */
  private static final Duration REFRESH_TIMEOUT = Duration.ofMillis(500);

  /** Concurrent lookups of names with an answer, and of others; each lookup has a socket. */
  private static final int MAX_LOOKUPS = 512;

  private static final int MAX_NAMES = 20_000;

  private final Lookup lookup;
  private final LongSupplier nanoTime;
  private final Semaphore refreshPermits;
  private final Semaphore firstPermits;
  private final Cache<String, Name> names =
      Caffeine.newBuilder().maximumSize(MAX_NAMES).expireAfterAccess(USABLE_FOR).build();

  public KnownNames(Lookup lookup) {
    this(lookup, System::nanoTime, MAX_LOOKUPS);
  }

  KnownNames(Lookup lookup, LongSupplier nanoTime, int maxLookups) {
    this.lookup = lookup;
    this.nanoTime = nanoTime;
    this.refreshPermits = new Semaphore(maxLookups);
    this.firstPermits = new Semaphore(maxLookups);
  }

  @Override
  public CompletableFuture<List<InetAddress>> addressesOf(String name) {
    return names.get(name, Name::new).addresses();
  }

  /** The latest results for one name. */
  private final class Name {
    private final String name;
    private @Nullable Answer answer;
    private @Nullable Failure failure;
    private @Nullable CompletableFuture<List<InetAddress>> running;

    Name(String name) {
      this.name = name;
    }

    synchronized CompletableFuture<List<InetAddress>> addresses() {
      long now = nanoTime.getAsLong();
      Answer usable = answer != null && answer.isWithin(USABLE_FOR, now) ? answer : null;
      if (usable != null && usable.isWithin(VALID_FOR, now)) {
        return CompletableFuture.completedFuture(usable.addresses());
      }
      if (failure != null && failure.isBackingOff(now)) {
        return orStale(CompletableFuture.failedFuture(failure.cause()), usable);
      }
      return orStale(lookUp(usable == null ? firstPermits : refreshPermits).copy(), usable);
    }

    private CompletableFuture<List<InetAddress>> lookUp(Semaphore permits) {
      if (running != null && !running.isDone()) {
        return running;
      }
      if (!permits.tryAcquire()) {
        return CompletableFuture.failedFuture(new TooManyLookupsException());
      }
      running =
          CompletableFuture.completedFuture(name)
              .thenCompose(lookup::addressesOf)
              .whenComplete(
                  (addresses, thrown) -> {
                    permits.release();
                    if (thrown == null) {
                      learn(addresses);
                    } else {
                      learn(cause(thrown));
                    }
                  });
      return running;
    }

    private synchronized void learn(List<InetAddress> addresses) {
      answer = new Answer(List.copyOf(addresses), nanoTime.getAsLong());
      failure = null;
    }

    private synchronized void learn(Throwable cause) {
      int count = failure == null ? 1 : failure.count() + 1;
      failure = new Failure(cause, count, nanoTime.getAsLong());
      if (isDenial(cause)) {
        answer = null;
      }
    }
  }

  /** The old answer if no newer one arrives soon, unless the name no longer exists. */
  private static CompletableFuture<List<InetAddress>> orStale(
      CompletableFuture<List<InetAddress>> newer, @Nullable Answer stale) {
    if (stale == null) {
      return newer;
    }
    return newer
        .exceptionallyCompose(
            failure ->
                isDenial(cause(failure))
                    ? CompletableFuture.failedFuture(cause(failure))
                    : CompletableFuture.completedFuture(stale.addresses()))
        .completeOnTimeout(stale.addresses(), REFRESH_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static boolean isDenial(Throwable failure) {
    return failure instanceof UnknownHostException
        && !(failure instanceof NoAnswerException)
        && !(failure instanceof TooManyLookupsException);
  }

  private static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }

  private record Answer(List<InetAddress> addresses, long atNanos) {
    boolean isWithin(Duration age, long now) {
      return now - atNanos < age.toNanos();
    }
  }

  /** The last of {@code count} failures in a row. */
  private record Failure(Throwable cause, int count, long atNanos) {
    boolean isBackingOff(long now) {
      long seconds = Math.min(MAX_BACKOFF.toSeconds(), 1L << Math.min(count - 1, 30));
      return now - atNanos < TimeUnit.SECONDS.toNanos(seconds);
    }
  }
}
