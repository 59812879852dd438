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
 * Looks a name up once for all who ask at the same time, and remembers what came of it.
 *
 * <p>An answer is used for 30 s. After that it is used while no newer one can be had, for up to an
 * hour. A name that could not be looked up rests: for 1 s, and longer each time, up to 30 s. Names
 * with an answer have places of their own, so they never wait because others are silent.
 */
public final class KnownNames implements Lookup {
  private static final Duration FRESH = Duration.ofSeconds(30);
  private static final Duration USABLE = Duration.ofHours(1);
  private static final Duration LONGEST_REST = Duration.ofSeconds(30);

  /** How long a newer answer is awaited while there is an old one. */
  private static final Duration PATIENCE = Duration.ofMillis(500);

  /** Lookups at a time, of names with an answer and of others each; every one has a socket. */
  private static final int PLACES = 512;

  private static final int MOST_NAMES = 20_000;

  private final Lookup lookup;
  private final LongSupplier nanoTime;
  private final Semaphore placesOfAnswered;
  private final Semaphore placesOfOthers;
  private final Cache<String, Name> names =
      Caffeine.newBuilder().maximumSize(MOST_NAMES).expireAfterAccess(USABLE).build();

  public KnownNames(Lookup lookup) {
    this(lookup, System::nanoTime, PLACES);
  }

  KnownNames(Lookup lookup, LongSupplier nanoTime, int places) {
    this.lookup = lookup;
    this.nanoTime = nanoTime;
    this.placesOfAnswered = new Semaphore(places);
    this.placesOfOthers = new Semaphore(places);
  }

  @Override
  public CompletableFuture<List<InetAddress>> addressesOf(String name) {
    return names.get(name, Name::new).addresses();
  }

  /** What is known of one name. */
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
      Answer known = answer != null && answer.isWithin(USABLE, now) ? answer : null;
      if (known != null && known.isWithin(FRESH, now)) {
        return CompletableFuture.completedFuture(known.addresses());
      }
      if (failure != null && failure.rests(now)) {
        return orKnown(CompletableFuture.failedFuture(failure.cause()), known);
      }
      return orKnown(lookUp(known == null ? placesOfOthers : placesOfAnswered).copy(), known);
    }

    private CompletableFuture<List<InetAddress>> lookUp(Semaphore places) {
      if (running != null && !running.isDone()) {
        return running;
      }
      if (!places.tryAcquire()) {
        return CompletableFuture.failedFuture(new TooManyLookupsException());
      }
      running =
          CompletableFuture.completedFuture(name)
              .thenCompose(lookup::addressesOf)
              .whenComplete(
                  (addresses, failed) -> {
                    places.release();
                    if (failed == null) {
                      learn(addresses);
                    } else {
                      learn(cause(failed));
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

  /** What was answered before, if nothing newer comes soon; a name that is gone is gone. */
  private static CompletableFuture<List<InetAddress>> orKnown(
      CompletableFuture<List<InetAddress>> newer, @Nullable Answer known) {
    if (known == null) {
      return newer;
    }
    return newer
        .exceptionallyCompose(
            failed ->
                isDenial(cause(failed))
                    ? CompletableFuture.failedFuture(cause(failed))
                    : CompletableFuture.completedFuture(known.addresses()))
        .completeOnTimeout(known.addresses(), PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
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

  /** {@code count}: of failures in a row. */
  private record Failure(Throwable cause, int count, long atNanos) {
    boolean rests(long now) {
      long seconds = Math.min(LONGEST_REST.toSeconds(), 1L << Math.min(count - 1, 30));
      return now - atNanos < TimeUnit.SECONDS.toNanos(seconds);
    }
  }
}
