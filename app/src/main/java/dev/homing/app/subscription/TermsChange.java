package dev.homing.app.subscription;

import dev.homing.activities.subscription.Terms;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Compares the terms of a subscription with new ones. */
final class TermsChange {
  private final Terms before;
  private final Terms after;
  private final List<String> fields = new ArrayList<>();

  private TermsChange(Terms before, Terms after) {
    this.before = before;
    this.after = after;
  }

  /** The names of the changed fields, as in the API. */
  static List<String> fields(Terms before, Terms after) {
    return new TermsChange(before, after)
        .in("url", Terms::url)
        .in("event_types", Terms::eventTypes)
        .in("description", Terms::description)
        .in("enabled", Terms::enabled)
        .in("metadata", Terms::metadata)
        .in("ordered", terms -> terms.ordering().ordered())
        .in("on_failure", terms -> terms.ordering().onFailure())
        .in("max_block", terms -> terms.ordering().maxBlock())
        .in("headers", Terms::headers)
        // A header without a value keeps it, so a different map means added or removed headers.
        .in("secret_headers", Terms::secretHeaders)
        // TLS without a key keeps it, too.
        .in("tls", Terms::tls)
        .in("retry", Terms::retry)
        .in("no_retry_statuses", Terms::noRetryStatuses)
        .in("timeout", Terms::timeout)
        .in("rate", terms -> terms.pace().rate())
        .in("max_in_flight", terms -> terms.pace().maxInFlight())
        .fields;
  }

  private TermsChange in(String field, Function<Terms, ? extends @Nullable Object> value) {
    if (!Objects.equals(value.apply(before), value.apply(after))) {
      fields.add(field);
    }
    return this;
  }
}
