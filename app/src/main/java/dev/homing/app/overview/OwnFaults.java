package dev.homing.app.overview;

import dev.homing.app.administration.Parts;
import dev.homing.app.maintenance.Reconciliation;
import dev.homing.app.page.Text;
import dev.homing.app.page.Visit;
import java.util.ArrayList;
import java.util.List;
import org.springframework.stereotype.Component;

/** What is wrong with the installation itself; for operators. */
@Component
class OwnFaults {
  private final Parts parts;
  private final Reconciliation reconciliation;

  OwnFaults(Parts parts, Reconciliation reconciliation) {
    this.parts = parts;
    this.reconciliation = reconciliation;
  }

  /**
   * A fault.
   *
   * @param state one or two words
   * @param tone how urgent that is
   * @param what a part, or what needs repair
   * @param why a sentence
   */
  record Row(String state, String tone, String what, String why) {}

  /** Parts that are away first; none unless an operator looks. */
  List<Row> of(Visit visit) {
    List<Row> rows = new ArrayList<>();
    if (visit.isOperator()) {
      parts.all().stream()
          .filter(part -> !part.tone().equals("good"))
          .map(part -> new Row(part.state(), part.tone(), part.name(), part.meaning()))
          .forEach(rows::add);
      Reconciliation.LastLook last = reconciliation.lastLook();
      if (last.abandonedEvents() > 0) {
        rows.add(
            new Row(
                "unattended",
                "bad",
                Text.count(last.abandonedEvents(), "event", "events"),
                "Accepted, but no node is sending them. Nodes take them over by themselves."));
      }
      if (last.overdueDeliveries() > 0) {
        rows.add(
            new Row(
                "overdue",
                "bad",
                Text.count(last.overdueDeliveries(), "delivery", "deliveries"),
                "Late by more than a minute. Nodes take them up by themselves."));
      }
      if (last.parkedDeliveries() > 0) {
        rows.add(
            new Row(
                "parked",
                "bad",
                Text.count(last.parkedDeliveries(), "delivery", "deliveries"),
                "Held back by an internal fault: the log says which. Retried every hour."));
      }
    }
    return rows;
  }
}
