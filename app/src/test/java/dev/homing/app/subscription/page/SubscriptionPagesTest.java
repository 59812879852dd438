package dev.homing.app.subscription.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.activities.standing.KnownStandings;
import dev.homing.activities.subscription.SubscriptionKey;
import dev.homing.app.journey.Api;
import dev.homing.app.journey.RunningHoming;
import dev.homing.app.journey.ScriptedReceiver;
import dev.homing.app.page.Browser;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What the pages of subscriptions show of settings, and which of them fail. */
class SubscriptionPagesTest {
  private static final RunningHoming HOMING = RunningHoming.shared();
  private static final Api API = HOMING.api();
  private static final Browser BROWSER = Browser.of(API);

  @AutoClose private final ScriptedReceiver receiver = ScriptedReceiver.start();

  private static String setting(Document page, String name) {
    return page.select(".facts dt:containsOwn(" + name + ") + dd").text();
  }

  @Test
  void paceAndBlockAreAmongTheSettings() {
    String plain = API.subscribed(receiver).id();
    String paced =
        API.subscribed(
                receiver,
                Map.of(
                    "rate",
                    Map.of("limit", 30, "per", "1m"),
                    "max_in_flight",
                    5,
                    "ordered",
                    true,
                    "max_block",
                    "2h"))
            .id();

    Document page = BROWSER.page("/ui/subscriptions/" + paced);
    assertThat(setting(page, "Pace")).isEqualTo("30 per minute, 5 at a time");
    assertThat(setting(page, "Blocks the others")).isEqualTo("for at most 2 h");
    Document other = BROWSER.page("/ui/subscriptions/" + plain);
    assertThat(setting(other, "Pace")).isEqualTo("no limit of its own");
    assertThat(setting(other, "Blocks the others")).isEmpty();
  }

  @Test
  void thoseThatFailAreListedAlone() {
    String healthy = API.subscribed(receiver).id();
    var failing = API.subscribed(receiver, Map.of("description", "a broken shop"));
    var paused = API.subscribed(receiver, Map.of("enabled", false));
    for (String id : List.of(failing.id(), paused.id())) {
      HOMING
          .bean(KnownStandings.class)
          .hold(
              new SubscriptionKey(Tenant.DEFAULT, SubscriptionId.read(id).orElseThrow()),
              "503",
              Duration.ofHours(1));
    }

    assertThat(listed("")).contains(failing.id()).doesNotContain(healthy, paused.id());
    assertThat(listed("&text=BROKEN&event_type=" + failing.type())).containsExactly(failing.id());
    assertThat(listed("&text=nothing-like-this")).isEmpty();
    assertThat(listed("&event_type=no.such")).isEmpty();
  }

  private static List<String> listed(String filters) {
    return BROWSER
        .page("/ui/subscriptions?state=failing" + filters)
        .select("tbody th a")
        .eachAttr("href")
        .stream()
        .map(link -> link.substring(link.lastIndexOf('/') + 1))
        .toList();
  }
}
