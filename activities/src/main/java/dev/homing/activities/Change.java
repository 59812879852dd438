package dev.homing.activities;

import java.util.Optional;
import java.util.UUID;

/**
 * Where the last change of a row stands among all: by the transaction that made it, then by id.
 *
 * <p>A reader that takes only transactions before the oldest one still running ({@code
 * pg_snapshot_xmin(pg_current_snapshot())}) can go on after the last change it saw: whatever
 * commits later stands behind it.
 *
 * @param transaction PostgreSQL's 64-bit id of it ({@code xid8}), which is never used again
 */
public record Change(long transaction, UUID id) {
  /** Before all. */
  public static final Change NONE = new Change(0, new UUID(0, 0));

  /** Reads what {@link #toString} wrote; empty if it is something else. */
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
