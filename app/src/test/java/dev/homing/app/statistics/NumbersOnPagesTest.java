package dev.homing.app.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.activities.statistics.FlushCounters;
import dev.homing.app.journey.Api;
import dev.homing.app.journey.RunningHoming;
import dev.homing.app.journey.ScriptedReceiver;
import dev.homing.app.journey.Subscribed;
import dev.homing.app.page.Browser;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** Numbers on pages: loaded after the page, and shown only if they come in time. */
class NumbersOnPagesTest {
  private static final RunningHoming HOMING =
      RunningHoming.startAlone(
          "numbers",
          Map.of(
              "HOMING_ADMIN_KEY",
              RunningHoming.ADMIN_KEY,
              "HOMING_ALLOW_DESTINATIONS",
              "127.0.0.1"));

  private final String tenant = "t-" + UUID.randomUUID();
  private final Api api;
  private final Browser browser;
  @AutoClose private final ScriptedReceiver receiver = ScriptedReceiver.start();

  NumbersOnPagesTest() {
    String key = key(tenant);
    api = HOMING.api().authorized("Bearer " + key);
    browser = Browser.signedIn(HOMING.api(), key);
  }

  @AfterAll
  static void close() {
    HOMING.close();
  }

  private static String key(String tenant) {
    HOMING.admin().post("/tenants", Map.of("name", tenant)).expect(201);
    Set<String> scopes = Set.of("publish", "read", "manage");
    return Api.text(
        HOMING.admin().post("/keys", Map.of("tenant", tenant, "scopes", scopes)).expect(201).json(),
        "key");
  }

  /** One delivered, one given up, as counted. */
  private Subscribed counted() {
    receiver.answers(200, 503);
    Subscribed subscription = api.subscribed(receiver, Api.ONCE);
    subscription.newDelivery("delivered");
    subscription.newDelivery("failed");
    await()
        .until(
            () -> {
              HOMING.bean(FlushCounters.class).flush();
              return api.get(subscription.path() + "/stats").json().get("total").get("attempts");
            },
            attempts -> attempts.intValue() == 2);
    return subscription;
  }

  private static String tile(Document page, String title) {
    return page.select(".tiles div:has(dt:matches(^%s)) dd".formatted(title)).text();
  }

  @Test
  void comeWhenThePageIsThere() {
    Subscribed subscription = counted();

    for (String path :
        List.of("/ui", "/ui/subscriptions", "/ui/subscriptions/" + subscription.id())) {
      Document page = browser.page(path);
      assertThat(page.select("svg.bars")).as(path).isEmpty();
      Element later = page.select(".later").getFirst();
      assertThat(later.attr("hx-trigger")).isEqualTo("load, every 5s");
      assertThat(later.select("a").attr("href")).isEqualTo(later.attr("hx-get"));
      assertThat(browser.page(later.attr("hx-get")).select("svg.bars")).as(path).isNotEmpty();
    }
  }

  @Test
  void ofTheTenantAreOnTheOverview() {
    counted();

    Document page = browser.page("/ui?numbers=24h");

    assertThat(page.select(".tiles dd")).hasSize(6);
    assertThat(tile(page, "Delivered")).isEqualTo("1");
    assertThat(tile(page, "Success")).isEqualTo("50 %");
    assertThat(tile(page, "Waiting")).isEqualTo("0");
    assertThat(tile(page, "Given up")).isEqualTo("1");
    assertThat(tile(page, "Until 2xx")).matches("[\\d.]+ m?s / [\\d.]+ m?s");
    assertThat(page.select("h2:contains(Most failures) + .table tbody tr").text())
        .isEqualTo(receiver.url().substring(7) + " 1 50 %");
    assertThat(page.text()).contains("If a node is killed, its last ten seconds are missing here.");
  }

  @ParameterizedTest
  @CsvSource({"24h, 24", "7d, 28", "30d, 30"})
  void overTimeAreBarsWithTitlesAndATable(String span, int bars) {
    Subscribed subscription = counted();

    Document page = browser.page("/ui/subscriptions/" + subscription.id() + "?numbers=" + span);

    Element chart = page.select(".chart svg.bars").getFirst();
    assertThat(chart.attr("role")).isEqualTo("img");
    assertThat(chart.attr("aria-label")).startsWith("Attempts in the last ");
    assertThat(chart.select("g")).hasSize(bars).allMatch(bar -> !bar.select("title").isEmpty());
    assertThat(chart.select("title").eachText())
        .anyMatch(title -> title.matches(".* UTC: [12] delivered, .*"));
    assertThat(chart.select("rect.delivered")).isNotEmpty();
    assertThat(chart.select("rect.refused")).isNotEmpty();
    for (Element part : chart.select("rect:not(.whole)")) {
      int bottom = Integer.parseInt(part.attr("y")) + Integer.parseInt(part.attr("height"));
      assertThat(bottom).isBetween(1, Bar.HEIGHT);
    }
    assertThat(page.select(".chart details tbody tr")).hasSize(bars);
    assertThat(page.select(".chart details td[data-label=Delivered]").eachText()).contains("1");
    assertThat(page.select(".spans a[aria-current]").text()).isEqualTo(span);
    assertThat(tile(page, "Success")).isEqualTo("50 %");
    assertThat(page.select(".answers span").eachText()).contains("delivered 1", "refused 1");
  }

  @Test
  void ofSubscriptionsAreInTheirList() {
    Subscribed subscription = counted();
    Subscribed silent = api.subscribed(receiver);

    Document page = browser.page("/ui/subscriptions?numbers=24h");

    Element row = page.select("tbody tr:has(a[href*=" + subscription.id() + "])").getFirst();
    assertThat(row.select("svg.bars g")).hasSize(24);
    assertThat(row.select("td[data-label=Success]").text()).isEqualTo("50 %");
    assertThat(
            page.select("tbody tr:has(a[href*=" + silent.id() + "]) td[data-label=Success]").text())
        .isEqualTo("–");
  }

  /** The page of a list, and not its first, is the one with the numbers. */
  @Test
  void comeForTheSamePageOfAList() {
    Subscribed first = api.subscribed(receiver);
    api.subscribed(receiver);

    String next = browser.page("/ui/subscriptions?limit=1").select("a[rel=next]").attr("href");
    String later = browser.page(next).select(".later").attr("hx-get");

    assertThat(browser.page(later).select("tbody th a").attr("href")).contains(first.id());
  }

  @Test
  void ofAnotherTenantAreNotShown() {
    Subscribed subscription = counted();
    Browser stranger = Browser.signedIn(HOMING.api(), key("t-" + UUID.randomUUID()));

    Document overview = stranger.page("/ui?numbers=24h");
    assertThat(tile(overview, "Delivered")).isIn("", "0");
    assertThat(overview.text()).doesNotContain(receiver.url().substring(7));
    stranger.get("/ui/subscriptions/" + subscription.id() + "?numbers=24h").expect(404);
    assertThat(stranger.page("/ui/subscriptions?numbers=24h").select("svg.bars")).isEmpty();
  }

  @Test
  void ofUnknownSpansAreRefused() {
    browser.get("/ui?numbers=1y").expect(400);
    browser.get("/ui/subscriptions?numbers=1y").expect(400);
  }

  /** A locked table stands for one that takes too long to read. */
  @Test
  void thatDoNotComeInTimeAreLeftOut() {
    try (RunningHoming alone = RunningHoming.startAlone("slow_numbers", Map.of())) {
      Subscribed subscription = alone.api().subscribed(receiver);
      subscription.newDelivery("delivered");
      Browser open = Browser.of(alone.api());
      JdbcClient jdbc = alone.bean(JdbcClient.class);

      alone
          .bean(TransactionTemplate.class)
          .executeWithoutResult(
              _ -> {
                jdbc.sql("set local idle_in_transaction_session_timeout = 0").update();
                jdbc.sql("lock table attempt_counts in access exclusive mode").update();
                Document overview = open.page("/ui?numbers=7d");
                assertThat(tile(overview, "Delivered")).isEqualTo("–");
                assertThat(tile(overview, "Success")).isEqualTo("–");
                assertThat(tile(overview, "Waiting")).isEqualTo("0");
                assertThat(overview.select("h2").eachText()).contains("Needs you");
                Document one = open.page("/ui/subscriptions/" + subscription.id() + "?numbers=24h");
                assertThat(tile(one, "Success")).isEqualTo("–");
                assertThat(one.text()).contains("did not come in time", "Last deliveries");
                Document list = open.page("/ui/subscriptions?numbers=24h");
                assertThat(list.select("tbody tr")).hasSize(1);
                assertThat(list.select("td[data-label=Success]").text()).isEqualTo("–");
              });
    }
  }

  /** A locked table stands for a list that takes too long to read. */
  @Test
  void neitherTheyNorSlowPagesHoldUpCallers() {
    try (RunningHoming alone = RunningHoming.startAlone("slow_pages", Map.of())) {
      alone.api().subscribed(receiver);
      Browser open = Browser.of(alone.api());
      JdbcClient jdbc = alone.bean(JdbcClient.class);

      alone
          .bean(TransactionTemplate.class)
          .executeWithoutResult(
              _ -> {
                jdbc.sql("lock table standings in access exclusive mode").update();
                assertThat(open.get("/ui/subscriptions").status()).isEqualTo(503);
                alone.api().get("/subscriptions").expect(200);
              });
      assertThat(open.page("/ui/subscriptions").text()).contains(receiver.url().substring(7));
    }
  }
}
