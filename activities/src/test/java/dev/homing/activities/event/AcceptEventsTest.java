package dev.homing.activities.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.homing.activities.AtOnce;
import dev.homing.activities.Node;
import dev.homing.activities.OneAtATime;
import dev.homing.activities.Postgres;
import dev.homing.activities.SampleSubscriptions;
import dev.homing.activities.routing.Route;
import dev.homing.workflows.EventId;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import dev.homing.workflows.event.AcceptedEvent;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.dao.ConcurrencyFailureException;

@OneAtATime
class AcceptEventsTest {
  private final Tenant tenant = Postgres.newTenant();
  private final Node here = new Node();
  private final Node there = new Node();

  @Test
  void storesEachEventOfAGroupWithItsPayloadRecipientsAndKeys() {
    SubscriptionId orders = subscribed("order.*");
    SubscriptionId all = subscribed("*");
    List<Submission> group =
        List.of(
            submission("order.created", "one", null, "ext-1"),
            submission("user.created", "two", null, null),
            submission("order.created", "", null, null));

    List<AcceptedEvent> accepted = here.accepting.accept(group).stream().map(this::event).toList();

    assertThat(accepted).extracting(AcceptedEvent::recipients).containsExactly(2, 1, 2);
    Events.Event first = find(accepted.get(0));
    assertThat(first.recipients()).containsExactlyInAnyOrder(orders, all);
    assertThat(first.externalId()).isEqualTo("ext-1");
    assertThat(find(accepted.get(1)).recipients()).containsExactly(all);
    assertThat(find(accepted.get(1)).externalId()).isNull();
    assertThat(payloads(accepted)).containsExactly("one", "two", "");
    assertThat(accepted).allMatch(here.open::isOpen);
  }

  @Test
  void acceptsAnEventWithoutRecipients() {
    AcceptedEvent event = event(accept(submission("order.created", "x", null, null)));

    assertThat(event.recipients()).isZero();
    assertThat(find(event).recipients()).isEmpty();
    assertThat(here.open.isOpen(event)).isFalse(); // It has nothing to send.
  }

  @Test
  void usesARememberedRouteOnlyAtTheCurrentVersion() {
    SubscriptionId remembered = subscribed("somebody.else");
    Route route = new Route(Postgres.routesVersion(tenant), List.of(remembered));

    List<Acceptance> all =
        here.accepting.accept(
            List.of(
                submission("order.created", "one", route),
                submission("order.paid", "two", route),
                submission("order.created", "three", route)));

    assertThat(all)
        .map(this::event)
        .allSatisfy(event -> assertThat(find(event).recipients()).containsExactly(remembered));
    assertThat(payloads(all.stream().map(this::event).toList()))
        .containsExactly("one", "two", "three");
    assertThat(here.metrics.counter("homing.routes", "cache", "hit").count()).isEqualTo(2);
  }

  @Test
  void confirmsAllRoutesOfAGroupWithOneStaleRoute() {
    SubscriptionId before = subscribed("order.*");
    Route old = new Route(Postgres.routesVersion(tenant), List.of(before));
    SubscriptionId since = subscribed("order.*");
    Route current = new Route(Postgres.routesVersion(tenant), List.of(before, since));

    List<Acceptance> all =
        here.accepting.accept(
            List.of(
                submission("order.created", "one", current), submission("order.paid", "two", old)));

    assertThat(all)
        .map(this::event)
        .allSatisfy(
            event -> assertThat(find(event).recipients()).containsExactlyInAnyOrder(before, since));
    assertThat(count("events")).isEqualTo(2);
  }

  @Test
  void storesNothingOfAGroupWithAPoisonedEvent() {
    Submission poisoned =
        new Submission(
            new Tenant("nobody"),
            "order.created",
            "text/plain",
            bytes("x"),
            null,
            null,
            Route.UNKNOWN);

    assertThatThrownBy(
            () ->
                here.accepting.accept(
                    List.of(submission("order.created", "one", "key", null), poisoned)))
        .isInstanceOf(IllegalStateException.class);

    assertThat(count("events")).isZero();
    assertThat(count("payloads")).isZero();
    assertThat(count("open_events")).isZero();
    assertThat(count("event_keys")).isZero();
  }

  @Test
  void retryReturnsTheFirstEvent() {
    subscribed("order.*");
    AcceptedEvent first = event(accept(submission("order.created", "x", "key", null)));

    assertThat(accept(submission("order.created", "x", "key", null)))
        .isEqualTo(new Acceptance.Repeated(first));
    assertThat(there.accepting.accept(List.of(submission("order.created", "x", "key", null))))
        .containsExactly(new Acceptance.Repeated(first));
    assertThat(count("events")).isEqualTo(1);
  }

  @Test
  void recognizesARepeatByItsExternalIdAlone() {
    AcceptedEvent first = event(accept(submission("order.created", "x", "key-1", "ext")));

    assertThat(accept(submission("order.created", "x", "key-2", "ext")))
        .isEqualTo(new Acceptance.Repeated(first));
    assertThat(accept(submission("order.created", "x", null, "ext")))
        .isEqualTo(new Acceptance.Repeated(first));
    assertThat(count("events")).isEqualTo(1);
  }

  @Test
  void refusesAKeyUsedForAnotherRequest() {
    accept(submission("order.created", "x", "key", "ext"));

    assertThat(accept(submission("order.created", "y", "key", null)))
        .isInstanceOf(Acceptance.Conflicting.class);
    assertThat(accept(submission("order.changed", "x", "key", null)))
        .isInstanceOf(Acceptance.Conflicting.class);
    assertThat(accept(submission("order.created", "y", null, "ext")))
        .isInstanceOf(Acceptance.Conflicting.class);
    assertThat(count("events")).isEqualTo(1);
  }

  @Test
  void refusedRequestClaimsNoKey() {
    accept(submission("order.created", "x", null, "ext"));
    assertThat(accept(submission("order.created", "y", "key", "ext")))
        .isInstanceOf(Acceptance.Conflicting.class);

    assertThat(accept(submission("order.created", "y", "key", null)))
        .isInstanceOf(Acceptance.New.class);
  }

  @Test
  void acceptsTheFirstOfAGroupWithTheSameKey() {
    List<Acceptance> all =
        here.accepting.accept(
            List.of(
                submission("order.created", "x", "key", null),
                submission("order.created", "x", "key", null),
                submission("order.created", "other", "key", null)));

    AcceptedEvent first = event(all.getFirst());
    assertThat(all.get(1)).isEqualTo(new Acceptance.Repeated(first));
    assertThat(all.get(2)).isInstanceOf(Acceptance.Conflicting.class);
    assertThat(count("events")).isEqualTo(1);
  }

  @Test
  void acceptsEventsWithCrossedKeysOneByOne() {
    AcceptedEvent known = event(accept(submission("order.created", "x", null, "ext")));
    Submission entangled = submission("order.created", "x", "key", "ext");
    Submission another = submission("order.created", "x", "key", null);

    assertThatThrownBy(() -> here.accepting.accept(List.of(entangled, another)))
        .isInstanceOf(ConcurrencyFailureException.class);
    assertThat(count("event_keys")).isEqualTo(1);
    assertThat(accept(entangled)).isEqualTo(new Acceptance.Repeated(known));
  }

  @Test
  void keepsKeysOfTenantsAndKindsSeparate() {
    Tenant other = Postgres.newTenant();
    accept(submission("order.created", "x", "same", null));

    assertThat(accept(submission("order.created", "y", null, "same")))
        .isInstanceOf(Acceptance.New.class);
    assertThat(
            here.accepting.accept(
                List.of(
                    new Submission(
                        other,
                        "order.created",
                        "text/plain",
                        bytes("z"),
                        "same",
                        "same",
                        Route.UNKNOWN))))
        .singleElement()
        .isInstanceOf(Acceptance.New.class);
  }

  @Test
  void acceptsOneEventForConcurrentRepeatsOnTwoNodes() throws Exception {
    List<Acceptance> all =
        AtOnce.times(
            20,
            i ->
                () ->
                    (i % 2 == 0 ? here : there)
                        .accepting
                        .accept(List.of(submission("order.created", "x", "key", "ext")))
                        .getFirst());

    assertThat(all).filteredOn(Acceptance.New.class::isInstance).hasSize(1);
    assertThat(all).filteredOn(Acceptance.Repeated.class::isInstance).hasSize(19);
    assertThat(count("events")).isEqualTo(1);
  }

  @Test
  void groupsWithCrossedKeysDoNotDeadlock() throws Exception {
    AtOnce.times(
        16,
        i ->
            () -> {
              List<Submission> forwards =
                  IntStream.range(0, 50)
                      .mapToObj(n -> submission("order.created", "x", "key-" + n, null))
                      .toList();
              return here.accepting.accept(i % 2 == 0 ? forwards : forwards.reversed());
            });

    assertThat(count("events")).isEqualTo(50);
    assertThat(count("event_keys")).isEqualTo(50);
  }

  private Acceptance accept(Submission submission) {
    return here.accepting.accept(List.of(submission)).getFirst();
  }

  private AcceptedEvent event(Acceptance acceptance) {
    assertThat(acceptance).isInstanceOf(Acceptance.New.class);
    return ((Acceptance.New) acceptance).lease().event();
  }

  private Events.Event find(AcceptedEvent event) {
    return here.events.find(tenant, event.id()).orElseThrow();
  }

  private List<String> payloads(List<AcceptedEvent> events) {
    return events.stream()
        .map(AcceptedEvent::id)
        .map((EventId id) -> here.events.payload(tenant, id).orElseThrow())
        .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
        .toList();
  }

  private SubscriptionId subscribed(String pattern) {
    return SampleSubscriptions.active(tenant, "http://127.0.0.1:9/hook", pattern);
  }

  private Submission submission(
      String type, String payload, @Nullable String idempotencyKey, @Nullable String externalId) {
    return new Submission(
        tenant, type, "text/plain", bytes(payload), idempotencyKey, externalId, Route.UNKNOWN);
  }

  private Submission submission(String type, String payload, Route remembered) {
    return new Submission(tenant, type, "text/plain", bytes(payload), null, null, remembered);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private long count(String table) {
    return Postgres.ask(
        Long.class, "select count(*) from " + table + " where tenant = :tenant", tenant);
  }
}
