package dev.homing.app.http;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Which ids a list shows: UUIDs sort by time, so times and cursors are bounds of ids.
 *
 * @param from the first that counts
 * @param before the first that does not, newest first: where the list begins
 * @param limit how many are shown
 */
public record Window(UUID from, UUID before, int limit) {
  private static final int USUAL = 50;
  private static final int MOST = 250;
  private static final UUID FIRST = new UUID(0, 0);
  private static final UUID LAST = new UUID(-1, -1);

  /** The 48 bits of a UUIDv7 end in the year 10889. */
  private static final Instant LATEST = Instant.ofEpochMilli((1L << 48) - 1);

  /** Throws a problem that says which parameter is wrong. */
  public static Window of(
      @Nullable Instant since,
      @Nullable Instant until,
      @Nullable Integer limit,
      @Nullable String cursor) {
    int shown = limit == null ? USUAL : limit;
    if (shown < 1 || shown > MOST) {
      throw Problem.malformed("limit must be from 1 to %d".formatted(MOST));
    }
    UUID until0 = until == null ? LAST : at(until);
    UUID cursor0 = cursor == null ? LAST : decode(cursor);
    return new Window(since == null ? FIRST : at(since), earlier(until0, cursor0), shown);
  }

  /** One more than is shown, to know whether there are others. */
  public int fetch() {
    return limit + 1;
  }

  /** Of what was fetched, newest first. */
  public <T> Page<T> page(List<T> fetched, Function<T, UUID> id) {
    if (fetched.size() <= limit) {
      return new Page<>(List.copyOf(fetched), null);
    }
    List<T> shown = List.copyOf(fetched.subList(0, limit));
    return new Page<>(shown, encode(id.apply(shown.getLast())));
  }

  /** Whether an id is in it. */
  public boolean holds(UUID id) {
    return compare(from, id) <= 0 && compare(id, before) < 0;
  }

  /** In the order of PostgreSQL, which is that of the text. */
  public static int compare(UUID one, UUID other) {
    int high = Long.compareUnsigned(one.getMostSignificantBits(), other.getMostSignificantBits());
    return high != 0
        ? high
        : Long.compareUnsigned(one.getLeastSignificantBits(), other.getLeastSignificantBits());
  }

  private static UUID earlier(UUID one, UUID other) {
    return compare(one, other) < 0 ? one : other;
  }

  private static UUID at(Instant time) {
    Instant from = time.isBefore(Instant.EPOCH) ? Instant.EPOCH : time;
    return new UUID((from.isAfter(LATEST) ? LATEST : from).toEpochMilli() << 16, 0);
  }

  private static String encode(UUID id) {
    byte[] bytes =
        ByteBuffer.allocate(16)
            .putLong(id.getMostSignificantBits())
            .putLong(id.getLeastSignificantBits())
            .array();
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static UUID decode(String cursor) {
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(cursor);
      if (bytes.length == 16) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return new UUID(buffer.getLong(), buffer.getLong());
      }
    } catch (IllegalArgumentException notBase64) {
      // Said below.
    }
    throw Problem.malformed("cursor must be a next_cursor of an earlier answer");
  }
}
