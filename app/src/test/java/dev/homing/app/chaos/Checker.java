package dev.homing.app.chaos;

import static dev.homing.app.journey.Api.text;
import static java.util.stream.Collectors.toMap;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.awaitility.core.ConditionTimeoutException;
import tools.jackson.databind.JsonNode;

/**
 * Compares, once everything is quiet, the promises to callers, the receipts of sinks and the state
 * in the API.
 */
final class Checker {
  /** Beyond the longest delay that is expected. */
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  private final World world;
  private final List<String> complaints = new ArrayList<>();
  private final Places places;
  private Accounts accounts = Accounts.NONE;

  Checker(World world) {
    this.world = world;
    this.places = new Places(world);
  }

  /** Checks that each delivery that waits does so in exactly one place. */
  void checkPlaces() {
    complaints.addAll(places.complaints());
  }

  /** The same by PostgreSQL alone. */
  void checkPlacesInTheLedger() {
    complaints.addAll(places.complaintsOfTheLedger());
  }

  void check(Expected expected) {
    checkPlaces();
    world.generator.finish();
    awaitDrain(expected.longestDelay().plus(TIMEOUT));
    if (places.compared() == 0) {
      complaints.add("nothing waited when places were compared");
    }
    complaints.addAll(world.endLongWait());
    complaints.addAll(places.complaintsAtTheEnd());
    Set<String> kept = keptEvents();
    accounts = accounts(kept, unanswered(kept), expected.fault());
    limit("calls without a 202", accounts.calls().size() - accounts.accepted(), 0);
    limit("refusals", accounts.refusals(), expected.refusals());
    limit("lost", accounts.lost(), 0);
    limit("unexpected", accounts.unexpected(), 0);
    limit("duplicated", accounts.duplicated(), expected.duplicates());
    limit("bad signatures", accounts.badSignatures(), 0);
    limit("false acknowledgements", accounts.falseAcknowledgements(), 0);
    limit("events that are kept for nobody", accounts.keptForNobody(), 0);
    limit(
        "milliseconds of the longest delay",
        accounts.longestDelay().toMillis(),
        expected.longestDelay().toMillis());
    compareWithTheApi();
    readTheLogs();
  }

  /** The accounts as of now. */
  private Accounts accounts(Set<String> kept, Map<String, String> unanswered, Instant fault) {
    return new Accounts(
        world.subscriptions().size(),
        world.generator.calls(),
        world.sinks.answered(),
        kept,
        unanswered,
        fault);
  }

  /** The accounts without the events that the API knows: what no answer names is left out. */
  private Accounts accountsOfCalls() {
    return accounts(Set.of(), Map.of(), Instant.MIN);
  }

  /** The marks of the events that no 202 names. */
  private Map<String, String> unanswered(Set<String> kept) {
    Set<String> named = accountsOfCalls().events().keySet();
    return kept.stream()
        .filter(event -> !named.contains(event))
        .collect(
            toMap(
                event -> event,
                event ->
                    Generator.mark(
                        world.api().get("/events/" + event + "/payload").expect(200).body())));
  }

  private void limit(String what, long found, long limit) {
    if (found > limit) {
      complaints.add("%s: %d instead of at most %d".formatted(what, found, limit));
    }
  }

  private void awaitDrain(Duration patience) {
    try {
      World.until("drained", patience, this::isDrained);
    } catch (ConditionTimeoutException never) {
      complaints.add("not drained after %s".formatted(patience));
    }
  }

  private boolean isDrained() {
    return accountsOfCalls().lost() == 0
        && world.count("select count(*) from open_events") == 0
        && world.count(
                "select count(*) from deliveries where state = 'retrying' and subscription_id in (%s)"
                    .formatted(subscriptionUuids()))
            == 0;
  }

  private String subscriptionUuids() {
    return String.join(
        ",", world.subscriptions().stream().map(id -> "'" + id.substring(4) + "'").toList());
  }

  private Set<String> keptEvents() {
    Set<String> ids = new HashSet<>();
    String cursor = "";
    do {
      JsonNode page = world.api().get("/events?limit=250" + cursor).expect(200).json();
      page.get("items").values().stream()
          .filter(event -> Generator.TYPES.contains(text(event, "event_type")))
          .forEach(event -> ids.add(text(event, "id")));
      JsonNode next = page.get("next_cursor");
      cursor = next == null || next.isNull() ? "" : "&cursor=" + next.stringValue();
    } while (!cursor.isEmpty());
    return ids;
  }

  private void compareWithTheApi() {
    accounts.events().keySet().parallelStream()
        .filter(accounts.kept()::contains)
        .flatMap(event -> world.api().deliveriesOf(event).stream())
        .filter(delivery -> world.subscriptions().contains(text(delivery, "subscription_id")))
        .map(delivery -> wrong(text(delivery, "id")))
        .flatMap(Collection::stream)
        .forEachOrdered(complaints::add);
  }

  private List<String> wrong(String id) {
    JsonNode delivery = world.api().delivery(id);
    List<Integer> numbers =
        delivery.get("attempts").values().stream()
            .map(each -> each.get("number").intValue())
            .toList();
    List<String> wrong = new ArrayList<>();
    if (!text(delivery, "state").equals("delivered")) {
      wrong.add("%s is %s".formatted(id, delivery.get("state")));
    }
    if (!numbers.equals(
        IntStream.rangeClosed(1, delivery.get("attempt_count").intValue()).boxed().toList())) {
      wrong.add("%s has attempts %s of %s".formatted(id, numbers, delivery.get("attempt_count")));
    }
    return wrong;
  }

  private void readTheLogs() {
    for (Node node : world.nodes()) {
      for (String never : List.of("NonDeterministicException", "OutOfMemoryError")) {
        limit("%s in %s".formatted(never, node.log().getFileName()), node.logged(never).size(), 0);
      }
    }
  }

  /** The accounts as of the check. */
  Accounts accounts() {
    return accounts;
  }

  /** The number of receipts of healthy sinks that are not recorded by now. */
  int unrecorded() {
    long recorded = world.count("select count(*) from deliveries where state = 'delivered'");
    return (int) (accountsOfCalls().takenOnce() - recorded);
  }

  /** The number of waiting deliveries whose places were compared. */
  int waiting() {
    return places.compared();
  }

  List<String> complaints() {
    return complaints;
  }
}
