package dev.homing.app.subscription;

import dev.homing.activities.subscription.Terms;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What a change of a subscription changes. */
final class TermsChange {
  private final Terms before;
  private final Terms after;
  private final List<String> fields = new ArrayList<>();

  private TermsChange(Terms before, Terms after) {
    this.before = before;
    this.after = after;
  }

  /** The fields, as the API calls them, that have another value than before. */
  static List<String> fields(Terms before, Terms after) {
    return new TermsChange(before, after)
        .in("url", Terms::url)
        .in("event_types", Terms::eventTypes)
        .in("description", Terms::description)
        .in("enabled", Terms::enabled)
        .in("metadata", Terms::metadata)
        .in("headers", Terms::headers)
        // One without a value stays as it is: another map means that some are new, or are gone.
        .in("secret_headers", Terms::secretHeaders)
        // Also one without a key stays as it is.
        .in("tls", Terms::tls)
        .in("retry", Terms::retry)
        .in("timeout", Terms::timeout)
        .fields;
  }

  private TermsChange in(String field, Function<Terms, ? extends @Nullable Object> value) {
    if (!Objects.equals(value.apply(before), value.apply(after))) {
      fields.add(field);
    }
    return this;
  }
}
