package dev.homing.app.overview;

import dev.homing.activities.delivery.DeliveryList;
import dev.homing.activities.event.Events;
import dev.homing.activities.list.BoundedList;
import dev.homing.activities.subscription.Subscription;
import dev.homing.activities.subscription.SubscriptionList;
import dev.homing.app.delivery.DeliveryRows;
import dev.homing.app.page.Templates;
import dev.homing.app.page.Text;
import dev.homing.app.page.Visit;
import dev.homing.workflows.Tenant;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * The first steps: a delivery that arrives and, where a receiver has an inbox that can be told to
 * fail, one that fails and is delivered after all.
 */
@RestController
class FirstSteps {
  /** The key of a subscription's metadata with the address of its receiver's inbox. */
  private static final String INBOX = "inbox";

  private static final int LAST_DELIVERIES = 20;

  private final SubscriptionList subscriptions;
  private final Events events;
  private final DeliveryList deliveries;
  private final DeliveryRows rows;
  private final Templates templates;

  FirstSteps(
      SubscriptionList subscriptions,
      Events events,
      DeliveryList deliveries,
      DeliveryRows rows,
      Templates templates) {
    this.subscriptions = subscriptions;
    this.events = events;
    this.deliveries = deliveries;
    this.rows = rows;
    this.templates = templates;
  }

  /**
   * What the page shows.
   *
   * @param place the receiver to try with, without its scheme; null: there is none
   * @param inbox the address of its inbox; null: it has none
   * @param arrived the last delivery that went well, else the last; null: there is none
   * @param failed the last one that did not go well at once; null: there is none
   */
  record Model(
      Visit visit,
      @Nullable String place,
      @Nullable String inbox,
      boolean isPublished,
      DeliveryRows.@Nullable Row arrived,
      DeliveryRows.@Nullable Row failed) {
    boolean hasArrived() {
      return arrived != null && arrived.state().equals("delivered");
    }

    boolean isDeliveredAfterAll() {
      return failed != null && failed.state().equals("delivered");
    }
  }

  @GetMapping("/ui/first-steps")
  ResponseEntity<byte[]> show(Visit visit, HttpServletRequest request) {
    return page(visit, request, events.any(visit.tenant()));
  }

  /**
   * The page.
   *
   * @param isPublished whether the tenant has an event
   */
  ResponseEntity<byte[]> page(Visit visit, HttpServletRequest request, boolean isPublished) {
    Optional<Subscription> example = example(visit.tenant());
    List<DeliveryRows.Row> last =
        example.map(found -> lastTo(visit.tenant(), found)).orElse(List.of());
    return templates.page(
        request,
        "overview/first.jte",
        new Model(
            visit,
            example.map(found -> Text.place(found.terms().url())).orElse(null),
            example.map(FirstSteps::inbox).orElse(null),
            isPublished,
            first(last, FirstSteps::wentWell).or(() -> last.stream().findFirst()).orElse(null),
            first(last, FirstSteps::hasFailed).orElse(null)));
  }

  /** The newest subscription that is enabled. */
  private Optional<Subscription> example(Tenant tenant) {
    return subscriptions
        .newest(
            new SubscriptionList.Filter(
                tenant, null, true, null, null, BoundedList.FIRST, BoundedList.LAST),
            1)
        .items()
        .stream()
        .findFirst();
  }

  private static @Nullable String inbox(Subscription subscription) {
    String address = subscription.terms().metadata().get(INBOX);
    return address != null && address.matches("https?://[!-~]+") ? address : null;
  }

  private List<DeliveryRows.Row> lastTo(Tenant tenant, Subscription subscription) {
    DeliveryList.Filter toIt =
        new DeliveryList.Filter(
            null, subscription.id(), null, null, null, BoundedList.FIRST, BoundedList.LAST);
    return rows.of(tenant, deliveries.newest(tenant, toIt, LAST_DELIVERIES).items());
  }

  private static Optional<DeliveryRows.Row> first(
      List<DeliveryRows.Row> all, Predicate<DeliveryRows.Row> condition) {
    return all.stream().filter(condition).findFirst();
  }

  private static boolean wentWell(DeliveryRows.Row row) {
    return row.state().equals("delivered") && row.attempts() == 1;
  }

  private static boolean hasFailed(DeliveryRows.Row row) {
    return row.attempts() > 1 || row.state().equals("retrying") || row.state().equals("failed");
  }
}
