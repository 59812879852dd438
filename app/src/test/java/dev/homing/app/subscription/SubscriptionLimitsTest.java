package dev.homing.app.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.journey.Api;
import dev.homing.app.journey.RunningHoming;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SubscriptionLimitsTest {
  private static final RunningHoming HOMING =
      RunningHoming.startAlone(
          "subscription_limits",
          Map.of("HOMING_TENANT_SUBSCRIPTIONS", "4", "HOMING_TYPE_SUBSCRIPTIONS", "2"));

  private final Api api = HOMING.api();
  private final List<String> made = new ArrayList<>();

  @AfterAll
  static void stop() {
    HOMING.close();
  }

  @AfterEach
  void tidyUp() {
    made.forEach(id -> api.delete("/subscriptions/" + id));
  }

  private Api.Answer subscribe(String... types) {
    Api.Answer answer =
        api.post(
            "/subscriptions",
            Map.of("url", "https://nowhere.invalid", "event_types", List.of(types)));
    if (answer.status() == 201) {
      made.add(Api.id(answer));
    }
    return answer;
  }

  @Test
  void subscriptionsOfATenantAreLimited() {
    IntStream.range(0, 4).forEach(i -> subscribe("a" + i).expect(201));

    assertThat(subscribe("b").expect(409).text()).contains("4 subscriptions");
    api.delete("/subscriptions/" + made.getFirst()).expect(204);
    subscribe("b").expect(201);
  }

  @Test
  void subscriptionsToAnEventTypeAreLimited() {
    subscribe("c", "d").expect(201);
    subscribe("c").expect(201);

    assertThat(subscribe("e", "c").expect(409).text()).contains("2 subscriptions to c");
    String other = Api.id(subscribe("d").expect(201));
    String patch = "{\"event_types\": [\"c\"]}";
    api.send("PATCH", "/subscriptions/" + other, patch).expect(409);
    api.change(other, Map.of("description", "is changed all the same"));
  }

  @Test
  void concurrentAdditionsAreCountedOneByOne() throws Exception {
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Api.Answer>> answers =
          IntStream.range(0, 12)
              .mapToObj(
                  i ->
                      callers.submit(
                          () ->
                              api.post(
                                  "/subscriptions",
                                  Map.of(
                                      "url",
                                      "https://nowhere.invalid",
                                      "event_types",
                                      List.of("f" + i)))))
              .toList();
      for (Future<Api.Answer> answer : answers) {
        if (answer.get().status() == 201) {
          made.add(Api.id(answer.get()));
        } else {
          answer.get().expect(409);
        }
      }
    }

    assertThat(made).hasSize(4);
  }
}
