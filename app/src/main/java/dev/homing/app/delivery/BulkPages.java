package dev.homing.app.delivery;

import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.delivery.DeliveryList;
import dev.homing.activities.list.Newest;
import dev.homing.app.list.ListRequest;
import dev.homing.app.list.Page;
import dev.homing.app.page.Form;
import dev.homing.app.page.Templates;
import dev.homing.app.page.Text;
import dev.homing.app.page.Visit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * The pages that retry and cancel many deliveries: those that were ticked, or all that match the
 * filters of a list, a hundred at a time, once they were seen.
 *
 * <p>The steps go from the newest to the oldest by a cursor, and so meet each delivery once. They
 * cannot go by what is left: a delivery that is retried may stay in the filter, as one that waits
 * waits again if its attempt fails. Deliveries that are accepted after the first step are in no
 * step.
 */
@RestController
@RequestMapping("/ui/deliveries/bulk")
class BulkPages {
  /** No more than these are counted. */
  private static final int COUNTED = 1_000;

  private static final String LIST = "/ui/deliveries";
  private static final String BULK = LIST + "/bulk";

  private final DeliveryList list;
  private final DeliveryRows rows;
  private final BulkActions actions;
  private final Templates templates;

  BulkPages(DeliveryList list, DeliveryRows rows, BulkActions actions, Templates templates) {
    this.list = list;
    this.rows = rows;
    this.actions = actions;
    this.templates = templates;
  }

  /**
   * What the question shows.
   *
   * @param rows those on which it acts
   * @param matching how many match, like {@code 1,000+}
   * @param isCut whether more match than it acts on
   * @param isAll whether all were looked at: there were not too many
   * @param isFirst whether this is the first step
   * @param next the question about those that follow; empty: none do
   * @param back the list from which it was asked
   */
  record AskModel(
      Visit visit,
      BulkActions.Kind kind,
      List<DeliveryRows.Row> rows,
      String matching,
      boolean isCut,
      boolean isAll,
      boolean isFirst,
      String next,
      String back) {}

  /** Shows the newest that match, or those that follow, so that exactly these are acted on. */
  @GetMapping
  ResponseEntity<byte[]> ask(
      Visit visit,
      @RequestParam String action,
      @RequestParam(required = false) @Nullable String state,
      @RequestParam(name = "subscription_id", required = false) @Nullable String subscription,
      @RequestParam(name = "event_id", required = false) @Nullable String event,
      @RequestParam(name = "event_type", required = false) @Nullable String type,
      @RequestParam(required = false) @Nullable String outcome,
      @RequestParam(name = "changed_since", required = false) @Nullable String changedSince,
      @RequestParam(required = false) @Nullable String cursor,
      ListRequest asked) {
    BulkActions.Kind kind = BulkActions.Kind.of(action);
    Newest<Delivery> found =
        PageFilter.of(state, subscription, event, type, outcome, changedSince, asked)
            .newest(list, visit.tenant(), COUNTED);
    Page<Delivery> step =
        asked.inPagesOf(BulkActions.MAX).page(found, delivery -> delivery.key().id().uuid());
    int matching = found.items().size();
    return templates.page(
        HttpStatus.OK,
        "delivery/bulk.jte",
        new AskModel(
            visit,
            kind,
            rows.of(visit.tenant(), step.items()),
            Text.number(matching, COUNTED),
            matching > step.items().size(),
            found.lookedDownTo() == null,
            cursor == null,
            step.nextCursor() == null ? "" : visit.next(step.nextCursor()),
            visit.at(LIST, "action", null)));
  }

  /** What was done; {@code next} is the question about those that follow, empty if none do. */
  record DoneModel(
      Visit visit,
      BulkActions.Kind kind,
      int done,
      Map<String, List<String>> refused,
      String next,
      String back) {}

  @PostMapping(consumes = MediaType.APPLICATION_FORM_URLENCODED_VALUE)
  ResponseEntity<byte[]> act(Visit visit, Form sent) {
    BulkActions.Kind kind = BulkActions.Kind.of(sent.text("action"));
    BulkActions.Result result = actions.act(kind, visit.tenant(), sent.all("id"));
    return templates.page(
        HttpStatus.OK,
        "delivery/done.jte",
        new DoneModel(
            visit,
            kind,
            result.done(),
            result.refused(),
            ours(BULK, sent.text("next")).orElse(""),
            ours(LIST, sent.text("back")).orElseGet(() -> visit.link(LIST))));
  }

  /** A link of a page that was shown; any other is not ours. */
  private static Optional<String> ours(String path, String link) {
    return link.matches(path + "(\\?[!-~]*)?") ? Optional.of(link) : Optional.empty();
  }
}
