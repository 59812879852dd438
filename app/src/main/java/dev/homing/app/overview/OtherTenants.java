package dev.homing.app.overview;

import dev.homing.activities.backlog.BacklogCounts;
import dev.homing.activities.standing.StandingList;
import dev.homing.app.page.Text;
import dev.homing.app.page.Visit;
import dev.homing.workflows.Tenant;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Tenants whose receivers are in trouble, beside the one that an operator looks at. */
@Component
class OtherTenants {
  private static final int MOST = 10;
  private static final BacklogCounts.Size NOTHING = new BacklogCounts.Size(0, null);

  private final StandingList standings;
  private final BacklogCounts counts;

  OtherTenants(StandingList standings, BacklogCounts counts) {
    this.standings = standings;
    this.counts = counts;
  }

  /**
   * A tenant with receivers in trouble.
   *
   * @param receivers how many are in trouble, like {@code 100+}
   * @param waiting like {@code 1,000+}; {@code 0}: nothing waits
   * @param oldest when the oldest of these was accepted; null: nothing waits
   */
  record Row(String name, String receivers, String waiting, @Nullable Instant oldest) {}

  /** Those with the most receivers in trouble first; none unless an operator looks. */
  List<Row> of(Visit visit) {
    if (!visit.isOperator()) {
      return List.of();
    }
    Map<Tenant, Integer> inTrouble = standings.tenantsInTrouble(MOST + 1);
    inTrouble.remove(visit.tenant());
    Map<Tenant, BacklogCounts.Size> waiting = counts.ofTenants(inTrouble.keySet());
    return inTrouble.entrySet().stream()
        .limit(MOST)
        .map(each -> row(each, waiting.getOrDefault(each.getKey(), NOTHING)))
        .toList();
  }

  private static Row row(Map.Entry<Tenant, Integer> tenant, BacklogCounts.Size waiting) {
    return new Row(
        tenant.getKey().name(),
        Text.number(tenant.getValue(), StandingList.COUNTED_OF_EACH),
        Text.number(waiting.waiting(), BacklogCounts.COUNTED_OF_EACH),
        waiting.oldest());
  }
}
