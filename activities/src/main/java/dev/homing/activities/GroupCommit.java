package dev.homing.activities;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Lets concurrent callers share a commit.
 *
 * <p>A writer that becomes free commits all waiting items together. There is no timer, so a single
 * caller is committed at once. When a group fails because of an item, each caller commits its own
 * item alone: a poisoned item fails by itself.
 *
 * @param <T> an item to commit
 * @param <R> its result
 */
public final class GroupCommit<T, R> implements AutoCloseable {
  /** The most items that share a commit. */
  private static final int MAX_GROUP_SIZE = 128;

  /** Items that may wait; more are refused at once. A {@link #patient} group has no such limit. */
  private static final int QUEUE_CAPACITY = 1_000;

  private static final int WRITERS = 2;

  /** Concurrent commits of one item each. */
  private static final int MAX_SINGLE_COMMITS = 4;

  /** The most database connections that one instance uses. */
  public static final int CONNECTIONS = WRITERS + MAX_SINGLE_COMMITS;

  /** How long an item waits for a writer before it is refused. */
  private static final Duration QUEUE_TIMEOUT = Duration.ofMillis(750);

  /** The same for a {@link #patient} instance: longer than a database takes to fail. */
  private static final Duration PATIENT_QUEUE_TIMEOUT = Duration.ofMinutes(5);

  /** How long a commit may take before its callers get {@link Unknown}. */
  private static final Duration COMMIT_TIMEOUT = Duration.ofSeconds(6);

  private final Function<List<T>, List<R>> transaction;
  private final Duration queueTimeout;
  private final LinkedBlockingQueue<Member<T, R>> waiting;
  private final Semaphore singleCommits = new Semaphore(MAX_SINGLE_COMMITS, true);

  /** Runs {@link #writeGroup} once for each item. Its threads sleep while nothing waits. */
  private final ExecutorService writers;

  /**
   * An instance that refuses items while too many wait.
   *
   * @param transaction commits all items or none, and returns the results in the same order; called
   *     by several threads
   */
  public GroupCommit(Function<List<T>, List<R>> transaction) {
    this(transaction, WRITERS, QUEUE_CAPACITY, QUEUE_TIMEOUT);
  }

  /**
   * An instance that does not refuse items while the database works: its callers bound their
   * number. It has one writer, so that two groups never wait for each other's rows.
   */
  public static <T, R> GroupCommit<T, R> patient(Function<List<T>, List<R>> transaction) {
    return new GroupCommit<>(transaction, 1, Integer.MAX_VALUE, PATIENT_QUEUE_TIMEOUT);
  }

  private GroupCommit(
      Function<List<T>, List<R>> transaction, int writers, int capacity, Duration queueTimeout) {
    this.transaction = transaction;
    this.queueTimeout = queueTimeout;
    this.waiting = new LinkedBlockingQueue<>(capacity);
    this.writers =
        Executors.newFixedThreadPool(
            writers, Thread.ofVirtual().name("group-commit-", 0).factory());
  }

  /**
   * Too many items wait, or the database is too slow. The item was not and will not be committed.
   */
  public static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1;

    Refused() {
      super("the commit did not start in time");
    }
  }

  /** The commit started and did not end in time: it may or may not have succeeded. */
  public static final class Unknown extends RuntimeException {
    private static final long serialVersionUID = 1;

    Unknown() {
      super("the commit did not end in time");
    }
  }

  /** An item that waits, and the future of its caller. */
  private record Member<T, R>(T item, CompletableFuture<R> result) {}

  /** The group failed because of an item: each caller commits its own alone. */
  private static final class CommitAlone extends Exception {
    private static final long serialVersionUID = 1;
  }

  /**
   * Returns the item's result after it is committed.
   *
   * @throws Refused if nothing was committed
   * @throws Unknown if it may have been committed
   * @throws RuntimeException as the transaction throws it for this item
   */
  public R commit(T item) {
    Member<T, R> member = new Member<>(item, new CompletableFuture<>());
    if (!enqueue(member)) {
      throw new Refused();
    }
    try {
      return result(member);
    } catch (TimeoutException e) {
      throw new Unknown();
    } catch (ExecutionException e) {
      return afterFailure(item, e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Unknown();
    }
  }

  /** False if the item will not be committed: too many wait, or this is closed. */
  private boolean enqueue(Member<T, R> member) {
    if (!waiting.offer(member)) {
      return false;
    }
    try {
      writers.execute(this::writeGroup);
      return true;
    } catch (RejectedExecutionException closed) {
      return !waiting.remove(member); // The last group may have taken it.
    }
  }

  private R result(Member<T, R> member)
      throws InterruptedException, ExecutionException, TimeoutException {
    try {
      return member.result().get(queueTimeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException stillWaiting) {
      if (waiting.remove(member)) {
        throw new Refused();
      }
      return member.result().get(COMMIT_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private R afterFailure(T item, @Nullable Throwable cause) {
    return switch (cause) {
      case CommitAlone _ -> commitAlone(item);
      case RuntimeException failure -> throw failure;
      case Error error -> throw error;
      case null, default -> throw new IllegalStateException(cause);
    };
  }

  /** Commits an item in a transaction of its own; a few at a time, first come, first served. */
  public R commitAlone(T item) {
    try {
      if (!singleCommits.tryAcquire(
          queueTimeout.plus(COMMIT_TIMEOUT).toMillis(), TimeUnit.MILLISECONDS)) {
        throw new Refused();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Refused();
    }
    try {
      return transaction.apply(List.of(item)).getFirst();
    } finally {
      singleCommits.release();
    }
  }

  /** Commits what waits; nothing, if an earlier group took it. */
  private void writeGroup() {
    List<Member<T, R>> group = new ArrayList<>();
    if (waiting.drainTo(group, MAX_GROUP_SIZE) > 0) {
      commit(group);
    }
  }

  private void commit(List<Member<T, R>> group) {
    try {
      List<R> results = transaction.apply(group.stream().map(Member::item).toList());
      for (int i = 0; i < group.size(); i++) {
        group.get(i).result().complete(results.get(i));
      }
    } catch (RuntimeException | Error failure) {
      if (isDatabaseFailure(failure)) {
        waiting.drainTo(group); // These would fail as well.
      }
      Throwable cause = group.size() == 1 || mayBeCommitted(failure) ? failure : new CommitAlone();
      group.forEach(member -> member.result().completeExceptionally(cause));
    }
  }

  /** True when another commit could store the items twice. */
  private static boolean mayBeCommitted(Throwable failure) {
    return isDatabaseFailure(failure) || failure instanceof Error;
  }

  /** True when the database is at fault, not an item. */
  private static boolean isDatabaseFailure(Throwable failure) {
    return failure instanceof DataAccessResourceFailureException
        || failure instanceof RecoverableDataAccessException
        || failure instanceof TransactionException;
  }

  /** The number of items that wait for a writer. */
  int waiting() {
    return waiting.size();
  }

  /** Commits the waiting items, and refuses new ones. */
  @Override
  public void close() {
    writers.shutdown();
    try {
      var unused = writers.awaitTermination(COMMIT_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
