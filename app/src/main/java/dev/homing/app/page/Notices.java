package dev.homing.app.page;

import org.jspecify.annotations.Nullable;

/** What pages say once a form was obeyed; the word comes back in the query. */
public final class Notices {
  private Notices() {}

  /** The sentence; null: nothing was done, or the word is not one of ours. */
  public static @Nullable String of(Visit visit) {
    return visit.done() == null
        ? null
        : switch (visit.done()) {
          case "retried" -> "A new round begins now.";
          case "cancelled" -> "The delivery is cancelled.";
          case "paused" -> "Paused: new events are held back.";
          case "enabled" -> "Enabled: what waits is sent now.";
          case "saved" -> "Saved. It applies from the next attempt.";
          case "created" -> "Created. The next event that matches is sent to it.";
          case "deleted" -> "Deleted. What waited for it is cancelled.";
          case "published" -> "Published.";
          case "revoked" -> "Revoked. Every node refuses it within half a minute.";
          case "ended" -> "Revoked. Its session ends within half a minute.";
          case "added" -> "The tenant is created. Create a key for it next.";
          case "paced" -> "Saved. It applies from the next request.";
          default -> null;
        };
  }
}
