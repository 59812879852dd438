package dev.homing.app.list;

import dev.homing.activities.Change;
import dev.homing.activities.list.BoundedList;
import dev.homing.activities.list.Changed;
import dev.homing.activities.list.Newest;
import dev.homing.app.problem.Problem;
import dev.homing.workflows.PrefixedId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The part of a list that a caller asks for: {@code since}, {@code until}, {@code order}, {@code
 * limit} and {@code cursor}.
 *
 * <p>Ids are UUIDs that sort by time (RFC 9562, UUIDv7), and the API shows the time in the id. So
 * times translate to bounds of ids, exact to the millisecond.
 */
@Parameters({"since", "until", "limit", "cursor"})
public final class ListRequest {
  static final String ORDER = "order";

  private static final String NEWEST = "newest";
  private static final int DEFAULT_LIMIT = 50;
  private static final int MAX_LIMIT = 250;

  /** The 48 bits of a UUIDv7 end in the year 10889. */
  private static final long MAX_MILLIS = (1L << 48) - 1;

  private final UUID from;
  private final UUID until;
  private final int limit;
  private final boolean paged;
  private final boolean byChange;
  private final Optional<String> position;
  private final UnaryOperator<String> seal;

  private ListRequest(
      UUID from,
      UUID until,
      int limit,
      boolean paged,
      boolean byChange,
      Optional<String> position,
      UnaryOperator<String> seal) {
    this.from = from;
    this.until = until;
    this.limit = limit;
    this.paged = paged;
    this.byChange = byChange;
    this.position = position;
    this.seal = seal;
  }

  /**
   * Parses the parameters; throws a problem that names a wrong one.
   *
   * @param changed the {@code order} value for the order of changes, if this list has it
   * @param list identifies the list for its cursors
   */
  static ListRequest of(
      Function<String, @Nullable String> parameters,
      Optional<String> changed,
      Cursors cursors,
      String list) {
    return new ListRequest(
        time("since", parameters).orElse(BoundedList.FIRST),
        time("until", parameters).orElse(BoundedList.LAST),
        limit(parameters.apply("limit")),
        parameters.apply("limit") != null || parameters.apply("cursor") != null,
        byChange(parameters.apply(ORDER), changed),
        Optional.ofNullable(parameters.apply("cursor")).map(cursor -> cursors.open(list, cursor)),
        text -> cursors.seal(list, text));
  }

  private static int limit(@Nullable String text) {
    try {
      int limit = text == null ? DEFAULT_LIMIT : Integer.parseInt(text);
      if (limit >= 1 && limit <= MAX_LIMIT) {
        return limit;
      }
    } catch (NumberFormatException notANumber) {
      // Answered below.
    }
    throw Problem.malformed("limit must be from 1 to %d".formatted(MAX_LIMIT));
  }

  private static boolean byChange(@Nullable String order, Optional<String> changed) {
    if (order == null || order.equals(NEWEST)) {
      return false;
    }
    if (changed.filter(order::equals).isEmpty()) {
      throw Problem.malformed(
          "order must be %s%s".formatted(NEWEST, changed.map(name -> " or " + name).orElse("")));
    }
    return true;
  }

  private static Optional<UUID> time(String name, Function<String, @Nullable String> parameters) {
    return Optional.ofNullable(parameters.apply(name)).map(text -> firstOf(Times.read(name, text)));
  }

  /** The first id at this time or later. */
  private static UUID firstOf(Instant time) {
    Instant from = time.isBefore(Instant.EPOCH) ? Instant.EPOCH : time;
    Instant latest = Instant.ofEpochMilli(MAX_MILLIS);
    long millis = from.isAfter(latest) ? MAX_MILLIS : from.plusNanos(999_999).toEpochMilli();
    return new UUID(millis << 16, 0);
  }

  /** The first id, inclusive. */
  public UUID from() {
    return from;
  }

  /** The end of the range of ids, exclusive. */
  public UUID until() {
    return until;
  }

  /** Whether items come in the order of changes, not newest first. */
  public boolean isByChange() {
    return byChange;
  }

  /** The end of this page when newest comes first, exclusive. */
  public UUID before() {
    return position.map(UUID::fromString).map(last -> earlier(until, last)).orElse(until);
  }

  /** The start of this page in the order of changes, exclusive. */
  public Change after() {
    return position.flatMap(Change::read).orElse(Change.NONE);
  }

  /** Itself, for a list without pages; throws a problem if the caller asks for a page. */
  public ListRequest unpaged() {
    if (paged) {
      throw Problem.malformed(
          "limit and cursor are not supported here: the response contains all entries");
    }
    return this;
  }

  /** The same in pages of another size, whatever the caller asks for. */
  public ListRequest inPagesOf(int size) {
    return new ListRequest(from, until, size, paged, byChange, position, seal);
  }

  /** The number of items to fetch: one more than a page, to see whether there are others. */
  public int fetch() {
    return limit + 1;
  }

  /** Makes a page of all fetched items, newest first. */
  public <T> Page<T> page(List<T> fetched, Function<T, UUID> id) {
    return page(new Newest<>(fetched, null), id);
  }

  /** Makes a page of fetched items; if others were not looked at, it has a cursor for them. */
  public <T> Page<T> page(Newest<T> fetched, Function<T, UUID> id) {
    List<T> shown = shown(fetched.items());
    UUID last = fetched.items().size() > limit ? id.apply(shown.getLast()) : fetched.lookedDownTo();
    return new Page<>(shown, last == null ? null : seal.apply(last.toString()));
  }

  /**
   * Makes a page of items fetched in the order of changes; it always has a cursor, since the list
   * grows.
   */
  public <T> Page<T> changes(Changed<T> fetched) {
    List<Changed.Item<T>> shown = shown(fetched.items());
    Change last = after();
    if (!shown.isEmpty()) {
      last = shown.getLast().change();
    }
    Change lookedUpTo = fetched.lookedUpTo();
    if (fetched.items().size() <= limit && lookedUpTo != null) {
      last = lookedUpTo;
    }
    return new Page<>(shown.stream().map(Changed.Item::item).toList(), seal.apply(last.toString()));
  }

  private <T> List<T> shown(List<T> fetched) {
    return List.copyOf(fetched.subList(0, Math.min(fetched.size(), limit)));
  }

  private static UUID earlier(UUID one, UUID other) {
    return PrefixedId.ORDER.compare(one, other) < 0 ? one : other;
  }
}
