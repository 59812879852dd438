package dev.homing.app.delivery;

import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.delivery.DeliveryList;
import dev.homing.activities.list.Newest;
import dev.homing.app.list.ListRequest;
import dev.homing.app.page.Form;
import dev.homing.app.page.Templates;
import dev.homing.app.page.Text;
import dev.homing.app.page.Visit;
import java.util.List;
import java.util.Map;
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
 * The pages that retry and cancel many deliveries: those that were ticked, or the first that match
 * the filters of a list, once they were seen.
 */
@RestController
@RequestMapping("/ui/deliveries/bulk")
class BulkPages {
  /** No more than these are counted. */
  private static final int COUNTED = 1_000;

  private static final String LIST = "/ui/deliveries";

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
   * @param back the list from which it was asked
   */
  record AskModel(
      Visit visit,
      BulkActions.Kind kind,
      List<DeliveryRows.Row> rows,
      String matching,
      boolean isCut,
      boolean isAll,
      String back) {}

  /** Shows the newest that match, so that exactly these are acted on. */
  @GetMapping
  ResponseEntity<byte[]> ask(
      Visit visit,
      @RequestParam String action,
      @RequestParam(required = false) @Nullable String state,
      @RequestParam(name = "subscription_id", required = false) @Nullable String subscription,
      @RequestParam(name = "event_id", required = false) @Nullable String event,
      @RequestParam(name = "event_type", required = false) @Nullable String type,
      @RequestParam(required = false) @Nullable String outcome,
      ListRequest asked) {
    BulkActions.Kind kind = BulkActions.Kind.of(action);
    Newest<Delivery> found =
        list.newest(
            visit.tenant(), Filters.of(state, subscription, event, type, outcome, asked), COUNTED);
    List<Delivery> matching = found.items();
    List<Delivery> first = matching.subList(0, Math.min(matching.size(), BulkActions.MAX));
    return templates.page(
        HttpStatus.OK,
        "delivery/bulk.jte",
        new AskModel(
            visit,
            kind,
            rows.of(visit.tenant(), first),
            Text.number(matching.size(), COUNTED),
            matching.size() > first.size(),
            found.lookedDownTo() == null,
            visit.at(LIST, "action", null)));
  }

  /** What was done. */
  record DoneModel(
      Visit visit,
      BulkActions.Kind kind,
      int done,
      Map<String, List<String>> refused,
      String back) {}

  @PostMapping(consumes = MediaType.APPLICATION_FORM_URLENCODED_VALUE)
  ResponseEntity<byte[]> act(Visit visit, Form sent) {
    BulkActions.Kind kind = BulkActions.Kind.of(sent.text("action"));
    BulkActions.Result result = actions.act(kind, visit.tenant(), sent.all("id"));
    return templates.page(
        HttpStatus.OK,
        "delivery/done.jte",
        new DoneModel(visit, kind, result.done(), result.refused(), back(visit, sent)));
  }

  /** The list that was shown; any other link is not ours. */
  private static String back(Visit visit, Form sent) {
    String back = sent.text("back");
    return back.matches(LIST + "(\\?[!-~]*)?") ? back : visit.link(LIST);
  }
}
