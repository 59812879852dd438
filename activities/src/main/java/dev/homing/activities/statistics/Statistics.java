package dev.homing.activities.statistics;

import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.IncorrectResultSizeDataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Answers questions about a tenant's attempts from their counts.
 *
 * <p>Each question reads a bounded number of rows, and throws a {@link DataAccessException} if that
 * is not enough.
 */
public final class Statistics {
  /** No more subscriptions or event types than these are in an answer. */
  public static final int MAX_GROUPS = 50;

  private static final int MAX_ROWS = 100_000;

  /** How many counts of failures are read to find the subscriptions that fail most. */
  private static final int MAX_FAILURES = 20_000;

  private final JdbcClient jdbc;

  public Statistics(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /**
   * The attempts that a question is about.
   *
   * @param subscription null: all of the tenant
   * @param eventType null: all types
   * @param since start of the first hour
   * @param until end of the last hour
   */
  public record Filter(
      Tenant tenant,
      @Nullable SubscriptionId subscription,
      @Nullable String eventType,
      Instant since,
      Instant until) {}

  /** The attempts of an hour, a day, an event type or a subscription. */
  public record Group<T>(T of, Counts counts) {}

  /** What a row of counts is about, apart from its outcome. */
  private record Row(Instant hour, UUID subscription, String eventType) {}

  /** All of these attempts together. */
  public Counts total(Filter filter) {
    return grouped(filter, _ -> filter).stream()
        .map(Group::counts)
        .findFirst()
        .orElseGet(Counts::new);
  }

  /** These attempts by hour, first to last; hours without attempts are left out. */
  public List<Group<Instant>> byHour(Filter filter) {
    return inOrder(grouped(filter, Row::hour));
  }

  /**
   * The same for each of these subscriptions, by one query; those without attempts are left out.
   */
  public Map<SubscriptionId, List<Group<Instant>>> byHour(
      Filter filter, Collection<SubscriptionId> subscriptions) {
    return read(
            filter,
            "subscription_id = any(:subscriptions) and event_type = :type",
            Map.of(
                "subscriptions",
                subscriptions.stream().map(SubscriptionId::uuid).toArray(UUID[]::new),
                "type",
                AttemptCounts.type(filter.eventType())),
            row -> row)
        .stream()
        .collect(
            Collectors.groupingBy(
                group -> new SubscriptionId(group.of().subscription()),
                Collectors.mapping(
                    group -> new Group<>(group.of().hour(), group.counts()), Collectors.toList())));
  }

  /** These attempts by day of UTC, first to last; days without attempts are left out. */
  public List<Group<Instant>> byDay(Filter filter) {
    return inOrder(grouped(filter, row -> row.hour().truncatedTo(ChronoUnit.DAYS)));
  }

  private static List<Group<Instant>> inOrder(List<Group<Instant>> groups) {
    return groups.stream().sorted(Comparator.comparing(Group::of)).toList();
  }

  /** These attempts by event type, those with the most attempts. */
  public List<Group<String>> byEventType(Filter filter) {
    if (filter.eventType() != null) {
      return grouped(filter, Row::eventType);
    }
    return most(
        read(
            filter,
            "subscription_id = :subscription and event_type <> ''",
            Map.of("subscription", AttemptCounts.id(filter.subscription())),
            Row::eventType),
        Counts::attempts);
  }

  /**
   * These attempts by subscription, those with the most attempts that did not deliver.
   *
   * <p>Subscriptions without such attempts are left out. Beyond 20,000 counts of such attempts,
   * earlier hours are not looked at to find the subscriptions.
   */
  public List<Group<SubscriptionId>> bySubscription(Filter filter) {
    return most(
        read(
            filter,
            "subscription_id = any(:subscriptions) and event_type = :type",
            Map.of(
                "subscriptions", failing(filter), "type", AttemptCounts.type(filter.eventType())),
            row -> new SubscriptionId(row.subscription())),
        Counts::notDelivered);
  }

  private UUID[] failing(Filter filter) {
    return jdbc.sql(
            """
            select subscription_id from (
              select subscription_id, attempts from attempt_counts
              where tenant = :tenant and event_type = :type and outcome <> 'delivered'
                and subscription_id <> '00000000-0000-0000-0000-000000000000'
                and hour >= :since and hour < :until
              order by hour desc
              limit :most) latest
            group by subscription_id
            order by sum(attempts) desc, subscription_id
            limit :groups
            """)
        .param("tenant", filter.tenant().name())
        .param("type", AttemptCounts.type(filter.eventType()))
        .param("since", filter.since().atOffset(ZoneOffset.UTC))
        .param("until", filter.until().atOffset(ZoneOffset.UTC))
        .param("most", MAX_FAILURES)
        .param("groups", MAX_GROUPS)
        .query(UUID.class)
        .list()
        .toArray(UUID[]::new);
  }

  private <T> List<Group<T>> grouped(Filter filter, Function<Row, T> group) {
    return read(
        filter,
        "subscription_id = :subscription and event_type = :type",
        Map.of(
            "subscription",
            AttemptCounts.id(filter.subscription()),
            "type",
            AttemptCounts.type(filter.eventType())),
        group);
  }

  private <T> List<Group<T>> read(
      Filter filter, String condition, Map<String, Object> params, Function<Row, T> group) {
    Map<T, Counts> groups = new HashMap<>();
    jdbc.sql(
            """
            select hour, subscription_id, event_type, outcome, attempts, failed, cancelled, took, age
            from attempt_counts
            where tenant = :tenant and hour >= :since and hour < :until and %s
            limit :most
            """
                .formatted(condition))
        .param("tenant", filter.tenant().name())
        .param("since", filter.since().atOffset(ZoneOffset.UTC))
        .param("until", filter.until().atOffset(ZoneOffset.UTC))
        .param("most", MAX_ROWS + 1)
        .params(params)
        .query(
            (ResultSet row) -> {
              if (row.getRow() > MAX_ROWS) {
                throw new IncorrectResultSizeDataAccessException("too many counts", MAX_ROWS);
              }
              add(row, groups.computeIfAbsent(group.apply(keys(row)), _ -> new Counts()));
            });
    return groups.entrySet().stream()
        .map(entry -> new Group<>(entry.getKey(), entry.getValue()))
        .toList();
  }

  private static Row keys(ResultSet row) throws SQLException {
    return new Row(
        row.getObject("hour", OffsetDateTime.class).toInstant(),
        row.getObject("subscription_id", UUID.class),
        row.getString("event_type"));
  }

  private static void add(ResultSet row, Counts counts) throws SQLException {
    counts.add(
        row.getString("outcome"),
        row.getLong("attempts"),
        row.getLong("failed"),
        row.getLong("cancelled"));
    counts.took().add((Long[]) row.getArray("took").getArray());
    counts.age().add((Long[]) row.getArray("age").getArray());
  }

  private static <T> List<Group<T>> most(List<Group<T>> groups, ToLongFunction<Counts> number) {
    return groups.stream()
        .sorted(
            Comparator.comparingLong((Group<T> group) -> number.applyAsLong(group.counts()))
                .reversed())
        .limit(MAX_GROUPS)
        .toList();
  }
}
