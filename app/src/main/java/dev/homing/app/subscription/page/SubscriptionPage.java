package dev.homing.app.subscription.page;

import dev.homing.activities.backlog.BacklogCounts;
import dev.homing.activities.delivery.DeliveryList;
import dev.homing.activities.list.BoundedList;
import dev.homing.activities.retention.RetentionSettings;
import dev.homing.activities.subscription.DeliverySettings;
import dev.homing.activities.subscription.Order;
import dev.homing.activities.subscription.Subscription;
import dev.homing.activities.subscription.SubscriptionKey;
import dev.homing.activities.subscription.Terms;
import dev.homing.app.delivery.DeliveryRows;
import dev.homing.app.page.Healths;
import dev.homing.app.page.Templates;
import dev.homing.app.page.Text;
import dev.homing.app.page.Visit;
import dev.homing.app.problem.Problem;
import dev.homing.app.statistics.Chart;
import dev.homing.app.statistics.Numbers;
import dev.homing.app.statistics.Span;
import dev.homing.app.subscription.SubscriptionRegistry;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The page of a subscription: how its receiver does, its last deliveries, and its settings. */
@RestController
@RequestMapping("/ui/subscriptions")
class SubscriptionPage {
  private static final int LAST_DELIVERIES = 20;

  private final SubscriptionRegistry registry;
  private final Healths healths;
  private final DeliveryList deliveries;
  private final DeliveryRows rows;
  private final BacklogCounts counts;
  private final Numbers numbers;
  private final DeliverySettings settings;
  private final RetentionSettings retention;
  private final Templates templates;

  SubscriptionPage(
      SubscriptionRegistry registry,
      Healths healths,
      DeliveryList deliveries,
      DeliveryRows rows,
      BacklogCounts counts,
      Numbers numbers,
      DeliverySettings settings,
      RetentionSettings retention,
      Templates templates) {
    this.registry = registry;
    this.healths = healths;
    this.deliveries = deliveries;
    this.rows = rows;
    this.counts = counts;
    this.numbers = numbers;
    this.settings = settings;
    this.retention = retention;
    this.templates = templates;
  }

  /**
   * What the page shows.
   *
   * @param retry the schedule in words
   * @param timeout of an attempt, in words
   * @param next when the next of its deliveries is due; null: none is by itself
   * @param numbers how far back the numbers go; null: they are not asked for
   * @param chart null: it did not come in time
   * @param pace in words; empty: it has none of its own
   * @param maxBlock how long one may keep its turn, in words; empty: it has no order
   */
  record Model(
      Visit visit,
      String id,
      Terms terms,
      Healths.Reading reading,
      @Nullable Instant next,
      @Nullable Span numbers,
      @Nullable Chart chart,
      List<DeliveryRows.Row> last,
      String retry,
      String timeout,
      String pace,
      String order,
      String maxBlock,
      @Nullable String publicKey,
      @Nullable Instant previousSecretUntil,
      Instant createdAt,
      Instant updatedAt) {
    String place() {
      return Text.place(terms.url());
    }

    boolean isWaitingFor() {
      return !reading.waiting().isEmpty();
    }

    /** A link to its deliveries in a state. */
    String deliveries(String state) {
      return visit.link("/ui/deliveries?state=" + state + "&subscription_id=" + id);
    }

    /** The question before all of its deliveries in a state are retried or cancelled. */
    String all(String action, String state) {
      return visit.link(
          "/ui/deliveries/bulk?action=" + action + "&state=" + state + "&subscription_id=" + id);
    }

    /** Those given up in the time of the chart; of all times, if there is none. */
    String givenUp() {
      return deliveries("failed")
          + (chart == null ? "" : "&changed_since=" + chart.bars().getFirst().since());
    }

    List<String> types() {
      return terms.eventTypes().stream().sorted().toList();
    }

    Map<String, String> headers() {
      Map<String, String> all = new TreeMap<>(terms.headers());
      terms.secretHeaders().keySet().forEach(name -> all.put(name, "•••"));
      return all;
    }
  }

  @GetMapping("/{id}")
  ResponseEntity<byte[]> get(
      Visit visit,
      HttpServletRequest request,
      @PathVariable String id,
      @RequestParam(name = "numbers", required = false) @Nullable String asked) {
    Tenant tenant = visit.tenant();
    Span span = asked == null ? null : Span.read(asked);
    Subscription found = registry.find(tenant, read(id));
    Terms terms = found.terms();
    DeliveryList.Filter ofIt =
        new DeliveryList.Filter(
            null, found.id(), null, null, null, BoundedList.FIRST, BoundedList.LAST);
    return templates.page(
        request,
        "subscription/page/one.jte",
        new Model(
            visit,
            found.id().toString(),
            terms,
            healths.of(tenant, found),
            counts.next(new SubscriptionKey(tenant, found.id())),
            span,
            span == null ? null : numbers.chart(tenant, found.id(), span).orElse(null),
            rows.of(tenant, deliveries.newest(tenant, ofIt, LAST_DELIVERIES).items()),
            schedule(terms.retry()),
            Text.duration(terms.timeout() == null ? settings.timeout() : terms.timeout()),
            Text.pace(terms.pace()),
            order(terms.ordering()),
            maxBlock(terms.ordering()),
            found.publicKey(),
            found.previousSecretUntil(),
            found.createdAt(),
            found.updatedAt()));
  }

  private String schedule(Terms.Retry retry) {
    return "%d attempts, the second after %s, then twice as long each time, up to %s"
        .formatted(
            retry.maxAttempts() == null ? settings.maxAttempts() : retry.maxAttempts(),
            Text.duration(
                retry.initialInterval() == null
                    ? settings.initialInterval()
                    : retry.initialInterval()),
            Text.duration(
                retry.maxInterval() == null ? settings.maxInterval() : retry.maxInterval()));
  }

  private static String order(Terms.Ordering ordering) {
    if (!ordering.ordered()) {
      return "as they come";
    }
    return ordering.onFailure() == Order.OnFailure.SKIP
        ? "one after the other by ordering key; one that fails is skipped"
        : "one after the other by ordering key; one that fails blocks the others";
  }

  private String maxBlock(Terms.Ordering ordering) {
    if (!ordering.ordered()) {
      return "";
    }
    Order.OnFailure onFailure =
        ordering.onFailure() == null ? Order.OnFailure.BLOCK : ordering.onFailure();
    Duration wanted =
        ordering.maxBlock() == null ? onFailure.defaultMaxBlock() : ordering.maxBlock();
    Duration longest = retention.ofPayloads();
    return Text.duration(wanted.compareTo(longest) < 0 ? wanted : longest);
  }

  static SubscriptionId read(String text) {
    return SubscriptionId.read(text).orElseThrow(() -> Problem.notFound("subscription", text));
  }
}
