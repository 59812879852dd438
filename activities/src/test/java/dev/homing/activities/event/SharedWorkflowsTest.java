package dev.homing.activities.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.activities.Node;
import dev.homing.activities.OneAtATime;
import dev.homing.activities.Postgres;
import dev.homing.workflows.EventId;
import dev.homing.workflows.Tenant;
import dev.homing.workflows.event.AcceptedEvent;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

@OneAtATime
class SharedWorkflowsTest {
  private final Tenant tenant = Postgres.newTenant();
  private final Node here = new Node();
  private final SharedWorkflows workflows = here.eventWorkflows;
  private final AcceptedEvent one = here.accept(tenant);
  private final AcceptedEvent two = here.accept(tenant);
  private final AcceptedEvent three = here.accept(tenant);

  @Test
  void isTheEventsOwnWorkflowUnlessShared() {
    workflows.share(List.of(two, three));

    assertThat(ids(tenant))
        .isEqualTo(
            Map.of(
                one.id(), one.id().toString(),
                two.id(), "evts_" + two.id().uuid(),
                three.id(), "evts_" + two.id().uuid()));
  }

  @Test
  void isTheWorkflowStartedLast() {
    workflows.share(List.of(one, two));
    workflows.share(List.of(two, three));
    workflows.separate(List.of(one));

    assertThat(ids(tenant))
        .isEqualTo(
            Map.of(
                one.id(), one.id().toString(),
                two.id(), "evts_" + two.id().uuid(),
                three.id(), "evts_" + two.id().uuid()));
  }

  @Test
  void isNotSharedAcrossTenants() {
    workflows.share(List.of(one, two));

    assertThat(ids(Postgres.newTenant())).containsEntry(two.id(), two.id().toString());
    assertThat(workflows.ids(tenant, List.of())).isEmpty();
  }

  private Map<EventId, String> ids(Tenant asking) {
    return workflows.ids(asking, List.of(one.id(), two.id(), three.id()));
  }
}
