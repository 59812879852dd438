package dev.homing.app.delivery;

import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.delivery.DeliveryList;
import dev.homing.activities.list.Newest;
import dev.homing.app.list.ListRequest;
import dev.homing.app.list.Times;
import dev.homing.workflows.Tenant;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The filters of a page of deliveries: those of the API, and two more.
 *
 * @param state as in the API, or {@code waiting}: retrying or held
 * @param changedSince only those that changed then or later, such as those given up since then
 */
record PageFilter(
    @Nullable String state,
    @Nullable String subscription,
    @Nullable String event,
    @Nullable String type,
    @Nullable String outcome,
    @Nullable Instant changedSince,
    ListRequest asked) {
  /** The state of those that wait for an attempt, or until they may go on. */
  static final String WAITING = "waiting";

  /** Reads the filters; a problem says why {@code changed_since} is not a time. */
  static PageFilter of(
      @Nullable String state,
      @Nullable String subscription,
      @Nullable String event,
      @Nullable String type,
      @Nullable String outcome,
      @Nullable String changedSince,
      ListRequest asked) {
    return new PageFilter(
        state,
        subscription,
        event,
        type,
        outcome,
        changedSince == null ? null : Times.read("changed_since", changedSince),
        asked);
  }

  /** The newest that match; a problem names a filter that is not valid. */
  Newest<Delivery> newest(DeliveryList list, Tenant tenant, int limit) {
    boolean isWaiting = WAITING.equals(state);
    DeliveryList.Filter api =
        Filters.of(isWaiting ? null : state, subscription, event, type, outcome, asked);
    DeliveryList.Filter filter = api.in(api.state(), changedSince);
    return isWaiting ? list.waiting(tenant, filter, limit) : list.newest(tenant, filter, limit);
  }
}
