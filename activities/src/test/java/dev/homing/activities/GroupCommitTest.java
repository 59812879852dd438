package dev.homing.activities;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.DataIntegrityViolationException;

class GroupCommitTest {
  @AutoClose private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<List<String>> transactions = new CopyOnWriteArrayList<>();
  private final CountDownLatch proceed = new CountDownLatch(1);

  @Test
  void commitsASingleItemAtOnce() {
    try (var commits = committing(all -> all)) {
      assertThat(commits.commit("a")).isEqualTo("a");
      assertThat(commits.commit("b")).isEqualTo("b");
    }
    assertThat(transactions).containsExactly(List.of("a"), List.of("b"));
  }

  @Test
  void commitsAllWaitingItemsTogether() throws Exception {
    try (var commits = committing(this::holdUpFirstTwo)) {
      List<Future<String>> first = new ArrayList<>(begin(commits, "first", "second"));
      await().until(() -> transactions.size() == 2);
      List<Future<String>> others = begin(commits, names(50));
      await().until(() -> commits.waiting() == 50);
      proceed.countDown();

      assertThat(results(first)).containsExactly("first", "second");
      assertThat(results(others)).containsExactly(names(50));
    }
    assertThat(transactions).hasSizeLessThanOrEqualTo(4);
  }

  @Test
  void failsOnlyThePoisonedItemOfAGroup() throws Exception {
    try (var commits =
        committing(
            all -> {
              holdUpFirstTwo(all);
              if (all.contains("poison")) {
                throw new DataIntegrityViolationException("poison");
              }
              return all;
            })) {
      begin(commits, "first", "second");
      await().until(() -> transactions.size() == 2);
      List<Future<String>> good = begin(commits, names(20));
      Future<String> poisoned = begin(commits, "poison").getFirst();
      await().until(() -> commits.waiting() == 21);
      proceed.countDown();

      assertThat(results(good)).containsExactly(names(20));
      assertThatThrownBy(poisoned::get)
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(DataIntegrityViolationException.class);
    }
  }

  @Test
  void commitsNothingTwiceWhenTheDatabaseFails() throws Exception {
    try (var commits =
        committing(
            all -> {
              holdUpFirstTwo(all);
              throw new DataAccessResourceFailureException("the connection broke");
            })) {
      List<Future<String>> all = new ArrayList<>(begin(commits, "first", "second"));
      await().until(() -> transactions.size() == 2);
      all.addAll(begin(commits, names(300)));
      await().until(() -> commits.waiting() == 300);
      proceed.countDown();

      for (Future<String> one : all) {
        assertThatThrownBy(one::get).hasCauseInstanceOf(DataAccessResourceFailureException.class);
      }
    }
    assertThat(transactions.stream().flatMap(List::stream)).doesNotHaveDuplicates();
  }

  @Test
  void neverCommitsAnItemRefusedForWaitingTooLong() throws Exception {
    try (var commits = committing(this::holdUpFirstTwo)) {
      List<Future<String>> first = begin(commits, "first", "second");
      await().until(() -> transactions.size() == 2);

      assertThatThrownBy(() -> commits.commit("late")).isInstanceOf(GroupCommit.Refused.class);

      proceed.countDown();
      assertThat(results(first)).containsExactly("first", "second");
    }
    assertThat(transactions.stream().flatMap(List::stream)).doesNotContain("late");
  }

  @Test
  void refusesAtOnceWhenTheQueueIsFull() throws Exception {
    try (var commits = committing(this::holdUpFirstTwo)) {
      begin(commits, "first", "second");
      await().until(() -> transactions.size() == 2);
      List<Future<String>> many = begin(commits, names(1_100));

      await().until(() -> many.stream().anyMatch(Future::isDone));
      assertThat(commits.waiting()).isLessThanOrEqualTo(1_000);
      proceed.countDown();
    }
  }

  @Test
  void reportsUnknownWhenACommitDoesNotEnd() {
    try (var commits = committing(this::holdUpFirstTwo)) {
      assertThatThrownBy(() -> commits.commit("first")).isInstanceOf(GroupCommit.Unknown.class);
      proceed.countDown();
    }
  }

  @Test
  void commitsWaitingItemsWhenClosedAndRefusesNewOnes() throws Exception {
    var commits = committing(this::holdUpFirstTwo);
    List<Future<String>> all = new ArrayList<>(begin(commits, "first", "second"));
    await().until(() -> transactions.size() == 2);
    all.addAll(begin(commits, names(10)));
    await().until(() -> commits.waiting() == 10);
    Future<?> closing = threads.submit(commits::close);
    proceed.countDown();
    closing.get();

    assertThat(results(all)).hasSize(12);
    assertThatThrownBy(() -> commits.commit("late")).isInstanceOf(GroupCommit.Refused.class);
  }

  /** Writers that looked for items now and then would cost each node their wake-ups. */
  @Test
  void sleepsWhileNothingWaits() {
    List<Thread> writers = new CopyOnWriteArrayList<>();
    try (var commits =
        committing(
            all -> {
              writers.add(Thread.currentThread());
              return all;
            })) {
      commits.commit("a");

      await().until(() -> writers.getFirst().getState() == Thread.State.WAITING);
    }
  }

  private GroupCommit<String, String> committing(Function<List<String>, List<String>> transaction) {
    return new GroupCommit<>(
        all -> {
          transactions.add(List.copyOf(all));
          return transaction.apply(all);
        });
  }

  /** Blocks both writers until the test lets them continue. */
  private List<String> holdUpFirstTwo(List<String> all) {
    if (all.contains("first") || all.contains("second")) {
      try {
        proceed.await();
      } catch (InterruptedException stopped) {
        throw new IllegalStateException(stopped);
      }
    }
    return all;
  }

  /** Begins commits in this order; the first two are two transactions. */
  private List<Future<String>> begin(GroupCommit<String, String> commits, String... items) {
    List<Future<String>> begun = new ArrayList<>();
    for (String item : items) {
      CompletableFuture<Thread> thread = new CompletableFuture<>();
      Callable<String> commit =
          () -> {
            thread.complete(Thread.currentThread());
            return commits.commit(item);
          };
      begun.add(threads.submit(commit));
      thread.join();
      if (item.equals("first")) {
        await().until(() -> transactions.size() == 1);
      }
    }
    return begun;
  }

  private static String[] names(int count) {
    String[] names = new String[count];
    for (int i = 0; i < count; i++) {
      names[i] = "item-" + i;
    }
    return names;
  }

  private static List<String> results(List<Future<String>> all) throws Exception {
    List<String> results = new ArrayList<>();
    for (Future<String> one : all) {
      results.add(one.get());
    }
    return results;
  }
}
