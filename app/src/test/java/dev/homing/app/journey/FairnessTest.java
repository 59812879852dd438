package dev.homing.app.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.activities.slots.SendingLimits;
import dev.homing.app.journey.ScriptedReceiver.Reply;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** One tenant's event beside very many of another one, on a node with few slots. */
class FairnessTest {
  /** First attempts of the other tenant. */
  private static final int CROWD = 100;

  private static RunningHoming homing;
  private static SendingLimits limits;

  @AutoClose private final ScriptedReceiver crowds = ScriptedReceiver.start();
  @AutoClose private final ScriptedReceiver ones = ScriptedReceiver.start();

  @BeforeAll
  static void startIt() {
    homing =
        RunningHoming.start(
            RunningHoming.apart(
                "fairness",
                Map.of(
                    "HOMING_ADMIN_KEY", RunningHoming.ADMIN_KEY,
                    "HOMING_ALLOW_DESTINATIONS", "127.0.0.1/32",
                    "HOMING_EXPRESS_SLOTS", "4")));
    homing.awaitHealthy();
    limits = homing.bean(SendingLimits.class);
  }

  @AfterAll
  static void stopIt() {
    homing.close();
  }

  @Test
  void eventIsNotBehindThoseOfAnotherTenant() {
    CountDownLatch answer = new CountDownLatch(1);
    crowds.answers(Reply.status(200).after(answer));
    AtomicInteger before = new AtomicInteger();
    ones.answers(
        exchange -> {
          before.set(crowds.receipts().size());
          Reply.status(200).to(exchange);
        });
    Api crowd = tenant("crowd");
    for (int i = 0; i < CROWD / 2; i++) {
      crowd.subscribe(crowds, "many", Map.of());
    }
    Subscribed one = tenant("one").subscribed(ones);
    crowd.trigger("many");
    crowd.trigger("many");
    await().until(() -> waitingOrSent() == CROWD);

    String delivery = one.newDelivery();
    await().until(() -> waitingOrSent() == CROWD + 1);
    answer.countDown();

    one.api().await(delivery, "delivered");
    // Those under way, and the few that begin while its request is on its way.
    assertThat(before.get()).isBetween(2, CROWD / 4);
    crowds.awaitReceipts(CROWD);
  }

  private int waitingOrSent() {
    return limits.waiting() + crowds.receipts().size() + ones.receipts().size();
  }

  /** The API with a key of a new tenant. */
  private static Api tenant(String name) {
    Api admin = homing.admin();
    admin.post("/tenants", Map.of("name", name)).expect(201);
    Api.Answer key =
        admin
            .post("/keys", Map.of("tenant", name, "scopes", List.of("manage", "publish", "read")))
            .expect(201);
    return homing.api().authorized("Bearer " + Api.text(key.json(), "key"));
  }
}
