package dev.homing.activities;

import java.util.Optional;
import java.util.UUID;

/**
 * The position of a row's last change among all changes: by transaction, then by id.
 *
 * <p>A reader that takes only transactions before the oldest one still running ({@code
 * pg_snapshot_xmin(pg_current_snapshot())}) can continue after the last change it saw: later
 * commits come after it.
 *
 * @param transaction PostgreSQL's 64-bit id of the transaction ({@code xid8}), never reused
 */
public record Change(long transaction, UUID id) {
  /** Comes before every change. */
  public static final Change NONE = new Change(0, new UUID(0, 0));

  /** Parses the output of {@link #toString}; empty if the text is anything else. */
  public static Optional<Change> read(String text) {
    int dot = text.indexOf('.');
    try {
      return dot < 0
          ? Optional.empty()
          : Optional.of(
              new Change(
                  Long.parseLong(text.substring(0, dot)),
                  UUID.fromString(text.substring(dot + 1))));
    } catch (IllegalArgumentException malformed) {
      return Optional.empty();
    }
  }

  @Override
  public String toString() {
    return transaction + "." + id;
  }
}
