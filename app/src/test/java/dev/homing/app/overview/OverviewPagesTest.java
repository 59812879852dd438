package dev.homing.app.overview;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.app.journey.Api;
import dev.homing.app.journey.RunningHoming;
import dev.homing.app.page.Browser;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What is done about what needs attention, and what only operators see of it. */
class OverviewPagesTest {
  private static final RunningHoming HOMING = RunningHoming.withAdminKey();
  private static final Browser OPERATOR = Browser.signedIn(HOMING.api(), RunningHoming.ADMIN_KEY);

  private final String tenant = "t-" + UUID.randomUUID();
  private final String key = key();
  private final Api api = HOMING.api().authorized("Bearer " + key);
  private final Browser browser = Browser.signedIn(HOMING.api(), key);
  private final String subscription = "/subscriptions/" + subscribed();
  private final String delivery = api.deliveryId(api.trigger("overview.a"));

  private String key() {
    HOMING.admin().post("/tenants", Map.of("name", tenant)).expect(201);
    String[] scopes = {"read", "manage", "publish"};
    Map<String, Object> request = Map.of("tenant", tenant, "scopes", scopes);
    return Api.text(HOMING.admin().post("/keys", request).expect(201).json(), "key");
  }

  private String subscribed() {
    return Api.id(
        api.post(
                "/subscriptions",
                Map.of("url", "https://nowhere.invalid", "event_types", List.of("overview.a")))
            .expect(201));
  }

  @BeforeEach
  void awaitFailure() {
    api.await(delivery, "retrying");
  }

  @AfterEach
  void deleteSubscription() {
    api.delete(subscription);
  }

  private Element need() {
    return browser.page("/ui").select(".needs li").getFirst();
  }

  @Test
  void whatWaitsForAReceiverIsRetriedFromThere() {
    String all = need().select("a:contains(Retry all waiting)").attr("href");

    assertThat(browser.page(all).select("main").text()).contains("Retry 1 delivery");
  }

  @Test
  void aReceiverIsPausedAndEnabledFromThere() {
    assertThat(need().select("form[action$=/enable]")).isEmpty();
    assertThat(need().select("form[action$=/test] button")).hasSize(1);

    browser.submit(browser.page("/ui"), "/pause", Map.of()).expect(303);

    assertThat(api.get(subscription).json().get("enabled").booleanValue()).isFalse();
    assertThat(need().select("form[action$=/pause], a:contains(Retry)")).isEmpty();

    browser.submit(browser.page("/ui"), "/enable", Map.of()).expect(303);

    assertThat(api.get(subscription).json().get("enabled").booleanValue()).isTrue();
  }

  @Test
  void whatAnInternalFaultHoldsBackIsShownToOperatorsOnly() {
    HOMING
        .bean(JdbcClient.class)
        .sql(
            """
            update deliveries set state = 'held', reason = 'unreadable',
              next_attempt_at = now() + interval '1 hour'
            where id = cast(:id as uuid)
            """)
        .param("id", delivery.substring("dlv_".length()))
        .update();

    await()
        .untilAsserted(
            () ->
                assertThat(OPERATOR.page("/ui?tenant=" + tenant).select(".needs li").eachText())
                    .anyMatch(fault -> fault.startsWith("parked") && fault.contains("internal")));
    assertThat(browser.page("/ui").select("main").text())
        .contains("Needs you")
        .doesNotContain("parked", "internal fault");
  }
}
