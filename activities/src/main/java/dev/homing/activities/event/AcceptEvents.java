package dev.homing.activities.event;

import static java.util.Objects.requireNonNull;

import dev.homing.activities.GroupCommit;
import dev.homing.activities.routing.Route;
import dev.homing.activities.routing.Routes;
import dev.homing.workflows.EventId;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.event.AcceptedEvent;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.BinaryOperator;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.springframework.dao.CannotAcquireLockException;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.jdbc.UncategorizedSQLException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The accepting commit: an event with its recipients, its lease and its client's keys.
 *
 * <p>Nothing else stands between a request and its 202.
 */
public final class AcceptEvents implements AutoCloseable {
  /** PostgreSQL's SQLSTATE after {@code lock_timeout}, which Spring does not translate. */
  private static final String LOCK_NOT_AVAILABLE = "55P03";

  /** How long to wait for another request that is using the same key. */
  private static final Duration KEY_TIMEOUT = Duration.ofSeconds(5);

  private static final Duration BETWEEN_TRIES = Duration.ofMillis(100);

  private final Routes routes;
  private final EventKeys keys;
  private final NewEvents newEvents;
  private final TransactionTemplate transaction;
  private final Supplier<UUID> ids;
  private final DistributionSummary batchSizes;
  private final GroupCommit<Submission, Acceptance> commits;

  /**
   * @param jdbc commits each statement by itself, outside of a transaction
   * @param transaction on the same database as {@code jdbc} and {@code routes}
   * @param ids makes new ids, which sort by time
   */
  public AcceptEvents(
      Routes routes,
      Leases leases,
      JdbcClient jdbc,
      TransactionTemplate transaction,
      Supplier<UUID> ids,
      MeterRegistry metrics) {
    this.routes = routes;
    this.keys = new EventKeys(jdbc);
    this.newEvents = new NewEvents(jdbc, leases);
    this.transaction = transaction;
    this.ids = ids;
    this.batchSizes = metrics.summary("homing.accept.together");
    this.commits = new GroupCommit<>(this::commitTogether);
  }

  /**
   * Accepts an event, and returns once the result is committed.
   *
   * <p>Events submitted at the same time share a commit.
   *
   * @throws ConcurrencyFailureException if another request keeps using one of its keys for five
   *     seconds; nothing was changed
   */
  public Acceptance accept(Submission submission) {
    long until = System.nanoTime() + KEY_TIMEOUT.toNanos();
    try {
      return commits.commit(submission);
    } catch (ConcurrencyFailureException inUse) {
      return acceptAlone(submission, until, inUse);
    }
  }

  /** Retries until the key is free; holds neither a connection nor a lock between tries. */
  private Acceptance acceptAlone(
      Submission submission, long until, ConcurrencyFailureException inUse) {
    try {
      while (System.nanoTime() < until) {
        Thread.sleep(BETWEEN_TRIES);
        try {
          return commits.commitAlone(submission);
        } catch (ConcurrencyFailureException stillInUse) {
          // The next try may find it free.
        }
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
    throw inUse;
  }

  private List<Acceptance> commitTogether(List<Submission> submissions) {
    batchSizes.record(submissions.size());
    return accept(submissions);
  }

  /** Call after the last request was answered. */
  @Override
  public void close() {
    commits.close();
  }

  /**
   * Commits all of these submissions or none; results come in the same order.
   *
   * @throws ConcurrencyFailureException if another transaction is using one of their keys, or if
   *     two of them share keys in a way that requires committing them one by one
   */
  public List<Acceptance> accept(List<Submission> submissions) {
    try {
      return commitRemembered(submissions)
          .orElseGet(() -> requireNonNull(transaction.execute(_ -> commit(submissions))));
    } catch (UncategorizedSQLException failed) {
      SQLException cause = failed.getSQLException();
      if (cause != null && LOCK_NOT_AVAILABLE.equals(cause.getSQLState())) {
        throw new CannotAcquireLockException("another transaction is using the same key", failed);
      }
      throw failed;
    }
  }

  /**
   * Commits in a single statement, which takes one exchange with PostgreSQL.
   *
   * <p>Works only if no submission has a key and all remembered routes are current; otherwise
   * empty, and nothing is changed.
   */
  private Optional<List<Acceptance>> commitRemembered(List<Submission> submissions) {
    boolean simple =
        submissions.stream()
            .allMatch(each -> each.keys().isEmpty() && !each.remembered().equals(Route.UNKNOWN));
    if (!simple) {
      return Optional.empty();
    }
    List<Candidate> candidates =
        submissions.stream().map(each -> candidate(each, each.remembered())).toList();
    Set<NewEvents.RoutesVersion> versions =
        candidates.stream()
            .map(each -> new NewEvents.RoutesVersion(each.event().tenant(), each.route().version()))
            .collect(Collectors.toSet());
    return newEvents
        .add(candidates, versions)
        .map(
            waiting -> {
              routes.confirmed(
                  submissions.stream().map(AcceptEvents::asked).collect(Collectors.toSet()));
              return toSend(candidates.stream().map(Candidate::accepted).toList(), waiting);
            });
  }

  private List<Acceptance> commit(List<Submission> submissions) {
    List<Candidate> candidates = candidates(submissions);
    Map<EventKey, EventKeys.Claim> holders = keys.claim(claims(candidates));
    List<Acceptance> all =
        candidates.stream()
            .map(candidate -> judge(candidate, holders, submissions.size()))
            .toList();
    return toSend(all, newEvents.add(onlyNew(candidates, all), Set.of()).orElseThrow());
  }

  private List<Candidate> candidates(List<Submission> submissions) {
    Map<Routes.Asked, Route> confirmed =
        routes.confirm(
            submissions.stream()
                .collect(
                    Collectors.toMap(
                        AcceptEvents::asked,
                        Submission::remembered,
                        BinaryOperator.maxBy(
                            (one, other) -> Long.compare(one.version(), other.version())))));
    return submissions.stream()
        .map(submission -> candidate(submission, requireNonNull(confirmed.get(asked(submission)))))
        .toList();
  }

  private static Routes.Asked asked(Submission submission) {
    return new Routes.Asked(submission.tenant(), submission.type());
  }

  private Candidate candidate(Submission submission, Route route) {
    AcceptedEvent event =
        new AcceptedEvent(
            submission.tenant(),
            new EventId(ids.get()),
            submission.type(),
            route.recipients().size());
    return new Candidate(submission, Leases.Lease.of(event), route);
  }

  /** Claims each key for the first candidate that has it. */
  private static SortedMap<EventKey, EventKeys.Claim> claims(List<Candidate> candidates) {
    SortedMap<EventKey, EventKeys.Claim> claims = new TreeMap<>();
    for (Candidate candidate : candidates) {
      for (EventKey key : candidate.submission().keys()) {
        claims.computeIfAbsent(
            key,
            _ -> new EventKeys.Claim(candidate.event(), candidate.submission().fingerprint(key)));
      }
    }
    return claims;
  }

  private Acceptance judge(
      Candidate candidate, Map<EventKey, EventKeys.Claim> holders, int batchSize) {
    Map<Boolean, List<EventKey>> keysByOwnership =
        candidate.submission().keys().stream()
            .collect(
                Collectors.partitioningBy(
                    key -> candidate.holds(requireNonNull(holders.get(key)))));
    List<EventKey> others = requireNonNull(keysByOwnership.get(false));
    if (others.isEmpty()) {
      return candidate.accepted();
    }
    releaseClaimed(requireNonNull(keysByOwnership.get(true)), batchSize);
    return others.stream()
        .filter(
            key ->
                !Arrays.equals(
                    requireNonNull(holders.get(key)).fingerprint(),
                    candidate.submission().fingerprint(key)))
        .findFirst()
        .<Acceptance>map(key -> new Acceptance.Conflicting(key.kind()))
        .orElseGet(
            () -> new Acceptance.Repeated(requireNonNull(holders.get(others.getFirst())).event()));
  }

  /**
   * Releases the keys of a candidate that is not accepted, as another event holds one of its keys.
   *
   * <p>Refuses in a shared commit: other candidates may have been judged by the claimed key.
   */
  private void releaseClaimed(List<EventKey> claimed, int batchSize) {
    if (claimed.isEmpty()) {
      return;
    }
    if (batchSize > 1) {
      throw new ConcurrencyFailureException("keys are entangled");
    }
    keys.release(claimed);
  }

  /** Leaves out recipients whose delivery waits for its turn. */
  private static List<Acceptance> toSend(
      List<Acceptance> all, Map<EventId, List<SubscriptionId>> waiting) {
    return all.stream()
        .map(
            acceptance ->
                acceptance instanceof Acceptance.New accepted
                    ? accepted.without(
                        waiting.getOrDefault(accepted.lease().event().id(), List.of()))
                    : acceptance)
        .toList();
  }

  private static List<Candidate> onlyNew(List<Candidate> candidates, List<Acceptance> all) {
    return IntStream.range(0, all.size())
        .filter(i -> all.get(i) instanceof Acceptance.New)
        .mapToObj(candidates::get)
        .toList();
  }
}
