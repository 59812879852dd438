package dev.homing.activities.event;

import static java.util.Objects.requireNonNull;

import dev.homing.activities.GroupCommit;
import dev.homing.activities.routing.Route;
import dev.homing.activities.routing.Routes;
import dev.homing.workflows.EventId;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
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
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.CannotAcquireLockException;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.jdbc.UncategorizedSQLException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The accepting commit: each event with its recipients, that it is open, and its client's keys.
 *
 * <p>Nothing else stands between a request and its 202.
 */
public final class AcceptEvents implements AutoCloseable {
  /** PostgreSQL's own, which Spring does not know: {@code lock_timeout} has run out. */
  private static final String LOCK_NOT_AVAILABLE = "55P03";

  /** How long to wait for another request that is using the same key. */
  private static final Duration KEY_TIMEOUT = Duration.ofSeconds(5);

  private static final Duration BETWEEN_TRIES = Duration.ofMillis(100);

  private final Routes routes;
  private final Leases leases;
  private final JdbcClient jdbc;
  private final EventKeys keys;
  private final TransactionTemplate transaction;
  private final Supplier<UUID> ids;
  private final DistributionSummary together;
  private final GroupCommit<Submission, Acceptance> commits;

  /**
   * @param jdbc commits each statement by itself, outside of a transaction
   * @param transaction on the same database as {@code jdbc} and {@code routes}
   * @param ids new ones, which sort by time
   */
  public AcceptEvents(
      Routes routes,
      Leases leases,
      JdbcClient jdbc,
      TransactionTemplate transaction,
      Supplier<UUID> ids,
      MeterRegistry metrics) {
    this.routes = routes;
    this.leases = leases;
    this.jdbc = jdbc;
    this.keys = new EventKeys(jdbc);
    this.transaction = transaction;
    this.ids = ids;
    this.together = metrics.summary("homing.accept.together");
    this.commits = new GroupCommit<>(this::commitTogether);
  }

  /**
   * Accepts an event: what is returned is committed. Those that come at the same time share the
   * commit.
   *
   * @throws ConcurrencyFailureException if another request is using one of its keys all this time:
   *     nothing was done
   */
  public Acceptance accept(Submission submission) {
    long until = System.nanoTime() + KEY_TIMEOUT.toNanos();
    try {
      return commits.commit(submission);
    } catch (ConcurrencyFailureException inUse) {
      return acceptAlone(submission, until, inUse);
    }
  }

  /** Nothing is held between tries: neither a connection nor a lock. */
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
    together.record(submissions.size());
    return accept(submissions);
  }

  /** After the last request was answered. */
  @Override
  public void close() {
    commits.close();
  }

  /**
   * Commits all of them or none, and answers in the same order.
   *
   * @throws ConcurrencyFailureException if somebody else is just using one of their keys, or two of
   *     these are entangled by keys and want to be committed one by one
   */
  public List<Acceptance> accept(List<Submission> together) {
    try {
      return asRemembered(together)
          .orElseGet(() -> requireNonNull(transaction.execute(_ -> commit(together))));
    } catch (UncategorizedSQLException failed) {
      SQLException cause = failed.getSQLException();
      if (cause != null && LOCK_NOT_AVAILABLE.equals(cause.getSQLState())) {
        throw new CannotAcquireLockException("somebody else is just using the same key", failed);
      }
      throw failed;
    }
  }

  /**
   * In one statement, so in one exchange with PostgreSQL: if nobody brings a key, and all
   * recipients are those that are remembered. Else nothing is done.
   */
  private Optional<List<Acceptance>> asRemembered(List<Submission> together) {
    boolean simple =
        together.stream()
            .allMatch(each -> each.keys().isEmpty() && !each.remembered().equals(Route.UNKNOWN));
    if (!simple) {
      return Optional.empty();
    }
    List<Candidate> candidates =
        together.stream().map(each -> candidate(each, each.remembered())).toList();
    Set<RoutesVersion> versions =
        candidates.stream()
            .map(each -> new RoutesVersion(each.event().tenant(), each.route().version()))
            .collect(Collectors.toSet());
    if (!add(candidates, versions)) {
      return Optional.empty();
    }
    routes.confirmed(together.stream().map(AcceptEvents::asked).collect(Collectors.toSet()));
    return Optional.of(candidates.stream().map(Candidate::accepted).toList());
  }

  /** At which something was read. */
  private record RoutesVersion(Tenant tenant, long number) {}

  private List<Acceptance> commit(List<Submission> together) {
    List<Candidate> candidates = candidates(together);
    Map<EventKey, EventKeys.Claim> holders = keys.claim(claims(candidates));
    List<Acceptance> all =
        candidates.stream().map(candidate -> judge(candidate, holders, together.size())).toList();
    var unused = add(newOnes(candidates, all), Set.of());
    return all;
  }

  /** What would become of a submission, were it not accepted before. */
  private record Candidate(Submission submission, Leases.Lease lease, Route route) {
    AcceptedEvent event() {
      return lease.event();
    }

    Acceptance accepted() {
      return new Acceptance.New(lease, route);
    }

    boolean holds(EventKeys.Claim claim) {
      return claim.event().id().equals(event().id());
    }
  }

  private List<Candidate> candidates(List<Submission> together) {
    Map<Routes.Asked, Route> confirmed =
        routes.confirm(
            together.stream()
                .collect(
                    Collectors.toMap(
                        AcceptEvents::asked,
                        Submission::remembered,
                        BinaryOperator.maxBy(
                            (one, other) -> Long.compare(one.version(), other.version())))));
    return together.stream()
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

  /** Of those that bring the same key, the first claims it. */
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
      Candidate candidate, Map<EventKey, EventKeys.Claim> holders, int together) {
    Map<Boolean, List<EventKey>> mine =
        candidate.submission().keys().stream()
            .collect(
                Collectors.partitioningBy(
                    key -> candidate.holds(requireNonNull(holders.get(key)))));
    List<EventKey> others = requireNonNull(mine.get(false));
    if (others.isEmpty()) {
      return candidate.accepted();
    }
    giveBack(requireNonNull(mine.get(true)), together);
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

  /** What has one key of its own and one of another's is no event; others may count on its key. */
  private void giveBack(List<EventKey> claimed, int together) {
    if (claimed.isEmpty()) {
      return;
    }
    if (together > 1) {
      throw new ConcurrencyFailureException("keys are entangled");
    }
    keys.release(claimed);
  }

  private static List<Candidate> newOnes(List<Candidate> candidates, List<Acceptance> all) {
    return IntStream.range(0, all.size())
        .filter(i -> all.get(i) instanceof Acceptance.New)
        .mapToObj(candidates::get)
        .toList();
  }

  /** False, and nothing is added, unless these versions are those of now. */
  private boolean add(List<Candidate> events, Set<RoutesVersion> versions) {
    if (events.isEmpty()) {
      return true;
    }
    int added =
        jdbc.sql(
                """
                with accepted as (
                  select * from unnest(:tenants::text[], :ids::uuid[], :types::text[],
                    :contentTypes::text[], :recipients::text[], :externalIds::text[],
                    :payloads::bytea[], :missing::integer[], :tokens::text[], :hops::smallint[])
                  as all_of (tenant, id, type, content_type, recipients, external_id, payload,
                    missing, token, hops)
                  where not exists (
                    select from unnest(:versionsOf::text[], :versions::bigint[])
                    as v (tenant, number)
                    where not exists (
                      select from tenants t
                      where t.tenant = v.tenant and t.routes_version = v.number))),
                payload as (
                  insert into payloads (tenant, event_id, payload)
                  select tenant, id, payload from accepted),
                opened as (
                  insert into open_events (tenant, event_id, missing, leased_until, leased_by)
                  select tenant, id, missing, now() + :lease * interval '1 millisecond', token
                  from accepted
                  where missing > 0)
                insert into events (tenant, id, type, content_type, recipients, external_id, hops)
                select tenant, id, type, content_type, recipients::uuid[], external_id, hops
                from accepted
                """)
            .param("tenants", strings(events, event -> event.event().tenant().name()))
            .param("ids", events.stream().map(e -> e.event().id().uuid()).toArray(UUID[]::new))
            .param("types", strings(events, event -> event.event().type()))
            .param("contentTypes", strings(events, event -> event.submission().contentType()))
            .param("recipients", strings(events, event -> array(event.route().recipients())))
            .param("externalIds", strings(events, event -> event.submission().externalId()))
            .param(
                "payloads",
                events.stream().map(e -> e.submission().payload()).toArray(byte[][]::new))
            .param(
                "missing", events.stream().map(e -> e.event().recipients()).toArray(Integer[]::new))
            .param("tokens", strings(events, event -> event.lease().token()))
            .param("hops", events.stream().map(e -> e.submission().hops()).toArray(Integer[]::new))
            .param("lease", leases.duration().toMillis())
            .param(
                "versionsOf", versions.stream().map(v -> v.tenant().name()).toArray(String[]::new))
            .param("versions", versions.stream().map(RoutesVersion::number).toArray(Long[]::new))
            .update();
    return added > 0;
  }

  private static @Nullable String[] strings(
      List<Candidate> events, Function<Candidate, @Nullable String> part) {
    return events.stream().map(part).toArray(String[]::new);
  }

  /**
   * As PostgreSQL writes an array: they differ in length, which its own arrays of arrays cannot.
   */
  private static String array(List<SubscriptionId> ids) {
    return ids.stream().map(id -> id.uuid().toString()).collect(Collectors.joining(",", "{", "}"));
  }
}
