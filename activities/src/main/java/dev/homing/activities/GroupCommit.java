package dev.homing.activities;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Lets those who come at the same time share a commit.
 *
 * <p>Whatever waits when a writer becomes free goes next, together. There is no timer, so who comes
 * alone waits for nobody. A group that fails by what is in it is handed back, and each member is
 * committed alone: one that is poisoned fails by itself.
 *
 * @param <T> what is committed
 * @param <R> what comes of it
 */
public final class GroupCommit<T, R> implements AutoCloseable {
  /** The most that share a commit. */
  private static final int LARGEST_GROUP = 128;

  /** The most that wait, if they are not patient; more are refused at once. */
  private static final int ROOM = 1_000;

  private static final int WRITERS = 2;

  /** Commits of one member each, at a time. */
  private static final int ALONE = 4;

  /** How many connections it uses at most. */
  public static final int CONNECTIONS = WRITERS + ALONE;

  /** How long one waits for its turn before it is refused. */
  private static final Duration TURN = Duration.ofMillis(750);

  /** The same for what must not be refused: longer than a database takes to fail. */
  private static final Duration PATIENT_TURN = Duration.ofMinutes(5);

  /** How long a commit that has begun may take before its members are told that nobody knows. */
  private static final Duration LONGEST_COMMIT = Duration.ofSeconds(6);

  private final Function<List<T>, List<R>> transaction;
  private final Duration turn;
  private final LinkedBlockingQueue<Member<T, R>> waiting;
  private final Semaphore alone = new Semaphore(ALONE, true);
  private final List<Thread> writers = new ArrayList<>();
  private volatile boolean closed;

  /**
   * Begins at once.
   *
   * @param transaction commits all of its argument or nothing, and answers in the same order; used
   *     by several threads
   */
  public GroupCommit(Function<List<T>, List<R>> transaction) {
    this(transaction, WRITERS, ROOM, TURN);
  }

  /**
   * One for what its callers bound themselves and nobody may refuse; it has one writer, so that two
   * groups never wait for each other's rows.
   */
  public static <T, R> GroupCommit<T, R> patient(Function<List<T>, List<R>> transaction) {
    return new GroupCommit<>(transaction, 1, Integer.MAX_VALUE, PATIENT_TURN);
  }

  private GroupCommit(
      Function<List<T>, List<R>> transaction, int writers, int room, Duration turn) {
    this.transaction = transaction;
    this.turn = turn;
    this.waiting = new LinkedBlockingQueue<>(room);
    for (int i = 0; i < writers; i++) {
      this.writers.add(Thread.ofVirtual().name("group-commit-" + i).start(this::write));
    }
  }

  /** There are too many, or the database is too slow: nothing was committed, nor will it be. */
  public static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1;

    Refused() {
      super("no turn came in time");
    }
  }

  /** The commit had begun and did not end: it may have been made, or not. */
  public static final class Unknown extends RuntimeException {
    private static final long serialVersionUID = 1;

    Unknown() {
      super("the commit did not end in time");
    }
  }

  private record Member<T, R>(T item, CompletableFuture<R> result) {}

  /** A group failed by something in it: each is to be tried alone. */
  private static final class HandedBack extends Exception {
    private static final long serialVersionUID = 1;
  }

  /**
   * Returns once it is committed.
   *
   * @throws Refused if nothing was done
   * @throws Unknown if it may have been done
   * @throws RuntimeException as the transaction throws it for this item
   */
  public R commit(T item) {
    Member<T, R> member = new Member<>(item, new CompletableFuture<>());
    if (closed || !waiting.offer(member)) {
      throw new Refused();
    }
    try {
      return result(member);
    } catch (TimeoutException late) {
      throw new Unknown();
    } catch (ExecutionException failed) {
      return afterFailure(item, failed.getCause());
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new Unknown();
    }
  }

  private R result(Member<T, R> member)
      throws InterruptedException, ExecutionException, TimeoutException {
    try {
      return member.result().get(turn.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException stillWaiting) {
      if (waiting.remove(member)) {
        throw new Refused();
      }
      return member.result().get(LONGEST_COMMIT.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private R afterFailure(T item, @Nullable Throwable cause) {
    return switch (cause) {
      case HandedBack _ -> commitAlone(item);
      case RuntimeException failure -> throw failure;
      case Error error -> throw error;
      case null, default -> throw new IllegalStateException(cause);
    };
  }

  /** Shares with nobody; a few at a time, in turn. */
  public R commitAlone(T item) {
    try {
      if (!alone.tryAcquire(turn.plus(LONGEST_COMMIT).toMillis(), TimeUnit.MILLISECONDS)) {
        throw new Refused();
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new Refused();
    }
    try {
      return transaction.apply(List.of(item)).getFirst();
    } finally {
      alone.release();
    }
  }

  private void write() {
    try {
      while (!closed || !waiting.isEmpty()) {
        Member<T, R> first = waiting.poll(100, TimeUnit.MILLISECONDS);
        if (first != null) {
          List<Member<T, R>> group = new ArrayList<>();
          group.add(first);
          waiting.drainTo(group, LARGEST_GROUP - 1);
          commit(group);
        }
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private void commit(List<Member<T, R>> group) {
    try {
      List<R> results = transaction.apply(group.stream().map(Member::item).toList());
      for (int i = 0; i < group.size(); i++) {
        group.get(i).result().complete(results.get(i));
      }
    } catch (RuntimeException | Error failure) {
      if (isOfTheDatabase(failure)) {
        waiting.drainTo(group); // They would fare no better.
      }
      Throwable cause = group.size() == 1 || mayBeCommitted(failure) ? failure : new HandedBack();
      group.forEach(member -> member.result().completeExceptionally(cause));
    }
  }

  /** Committing again could then make it twice. */
  private static boolean mayBeCommitted(Throwable failure) {
    return isOfTheDatabase(failure) || failure instanceof Error;
  }

  /** Not of what was to be committed. */
  private static boolean isOfTheDatabase(Throwable failure) {
    return failure instanceof DataAccessResourceFailureException
        || failure instanceof RecoverableDataAccessException
        || failure instanceof TransactionException;
  }

  /** How many wait for their turn. */
  int waiting() {
    return waiting.size();
  }

  /** Commits what waits, and takes no more. */
  @Override
  public void close() {
    closed = true;
    try {
      for (Thread writer : writers) {
        writer.join(LONGEST_COMMIT);
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}
