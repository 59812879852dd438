package dev.homing.app.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.chaos.RecordingReceivers.Answered;
import dev.homing.app.chaos.RecordingReceivers.Reply;
import dev.homing.app.journey.Receipt;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The checker finds each kind of fault. */
class AccountsTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final Reply OK = new Reply.Status(200);

  private final Call one = call("body one", accepted("one", 0));
  private final Call other = call("body other", accepted("other", 1));

  @Test
  void deliveredPromisesAreInOrder() {
    Accounts accounts =
        accounts(
            List.of(one, other),
            got("one", 0, 1, OK),
            got("one", 1, 2, OK),
            got("other", 0, 2, OK),
            got("other", 1, 6, OK));

    assertThat(accounts.accepted()).isEqualTo(2);
    assertThat(accounts.refusals()).isZero();
    assertThat(accounts.lost()).isZero();
    assertThat(accounts.unexpected()).isZero();
    assertThat(accounts.duplicated()).isZero();
    assertThat(accounts.recovered()).isZero();
    assertThat(accounts.badSignatures()).isZero();
    assertThat(accounts.falseAcknowledgements()).isZero();
    assertThat(accounts.keptForNobody()).isZero();
    assertThat(accounts.longestDelay()).isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void anUndeliveredPromiseIsLost() {
    Accounts accounts =
        accounts(
            List.of(one, other),
            got("one", 0, 1, OK),
            got("one", 1, 1, new Reply.Status(503)),
            got("other", 1, 2, new Reply.Silence()),
            got("other", 1, 3, new Reply.LateRefusal(Duration.ofMillis(1))),
            got("other", 1, 4, new Reply.Late(Node.TIMEOUT.plusMillis(500))),
            got("other", 1, 5, new Reply.CutBeforeHeader()));

    assertThat(accounts.lost()).isEqualTo(3);
  }

  @Test
  void aHeaderIsADelivery() {
    Accounts accounts =
        accounts(List.of(one), got("one", 0, 1, new Reply.CutAfterHeader()), got("one", 1, 1, OK));

    assertThat(accounts.lost()).isZero();
  }

  @Test
  void aRepeatedReceiptIsADuplicate() {
    Accounts accounts =
        accounts(
            List.of(one),
            got("one", 0, 1, OK),
            got("one", 0, 2, OK),
            got("one", 0, 3, new Reply.Silence()),
            got("one", 1, 1, new Reply.Status(503)),
            got("one", 1, 2, OK),
            got("one", 9, 1, OK),
            got("one", 9, 2, OK));

    assertThat(accounts.duplicated()).isEqualTo(2);
    assertThat(accounts.takenOnce()).isEqualTo(2);
  }

  @Test
  void unpublishedOrAlteredReceiptsAreUnexpected() {
    Answered altered = got(receipt("one", "body on", START), 0, OK, true);
    Accounts accounts = accounts(List.of(one), altered, got("stranger", 0, 1, OK));

    assertThat(accounts.unexpected()).isEqualTo(2);
  }

  @Test
  void aWrongSignatureCounts() {
    Answered unsigned = got(receipt("one", "body one", START), 0, OK, false);

    assertThat(accounts(List.of(one), unsigned).badSignatures()).isEqualTo(1);
  }

  @Test
  void aDeliveryOfACallWithUnknownOutcomeIsRecovered() {
    Call unknown = call("body one", answered(0, null, 0), accepted("one", 1));
    Call refused = call("body other", answered(503, null, 0), accepted("other", 1));
    Accounts accounts =
        accounts(
            List.of(unknown, refused),
            got("one", 0, 1, OK),
            got("other", 0, 1, OK),
            got("other", 1, 1, OK));

    assertThat(accounts.recovered()).isEqualTo(1);
    assertThat(accounts.refusals()).isEqualTo(2);
  }

  @Test
  void anUnstoredEventIsAFalseAcknowledgement() {
    Call unkept = call("body", accepted("nowhere", 0));

    assertThat(accounts(List.of(one, unkept)).falseAcknowledgements()).isEqualTo(1);
  }

  @Test
  void anotherEventForTheSameKeyIsAFalseAcknowledgement() {
    Call twice = call("body", accepted("one", 0), accepted("other", 1));

    assertThat(accounts(List.of(twice)).falseAcknowledgements()).isEqualTo(1);
  }

  @Test
  void anEventWithoutAClientIsKeptForNobody() {
    assertThat(accounts(List.of(one)).keptForNobody()).isEqualTo(1);
  }

  @Test
  void anEventThatACallWithoutAKeyMayHaveMadeMustArriveAsWell() {
    Call repeated = withoutKey("body one", answered(0, null, 0), accepted("other", 1));
    Map<String, String> unanswered = Map.of("one", "body one");
    Answered[] second = {
      got(receipt("other", "body one", START.plusSeconds(2)), 0, OK, true),
      got(receipt("other", "body one", START.plusSeconds(2)), 1, OK, true)
    };
    Answered[] both = {second[0], second[1], got("one", 0, 2, OK), got("one", 1, 2, OK)};

    Accounts arrived = accounts(List.of(repeated), unanswered, both);
    assertThat(arrived.lost()).isZero();
    assertThat(arrived.unexpected()).isZero();
    assertThat(arrived.duplicated()).isZero();
    assertThat(arrived.keptForNobody()).isZero();
    assertThat(arrived.falseAcknowledgements()).isZero();
    assertThat(arrived.recovered()).isEqualTo(2);

    assertThat(accounts(List.of(repeated), unanswered, second).lost()).isEqualTo(2);
  }

  @Test
  void aReceiptOfAnEventThatDoesNotExistIsUnexpectedWithoutAKeyToo() {
    Call repeated = withoutKey("body one", answered(0, null, 0), accepted("other", 1));

    assertThat(accounts(List.of(repeated), got("one", 0, 2, OK)).unexpected()).isEqualTo(1);
  }

  @Test
  void oneEventMoreThanTriesThatMayHaveBeenAcceptedIsKeptForNobody() {
    Map<String, String> two = Map.of("one", "body", "other", "body");
    Call once = withoutKey("body", answered(0, null, 0), answered(503, null, 1));
    Call twice = withoutKey("body", answered(0, null, 0), answered(0, null, 1));

    assertThat(accounts(List.of(once), two).keptForNobody()).isEqualTo(1);
    assertThat(accounts(List.of(twice), two).keptForNobody()).isZero();
  }

  @Test
  void aSecondEventOfACallThatLeftNoDoubtIsKeptForNobody() {
    Call keyed = call("body one", answered(0, null, 0), accepted("other", 1));
    Call refused = withoutKey("body one", answered(503, null, 0), accepted("other", 1));
    Map<String, String> unanswered = Map.of("one", "body one");

    assertThat(accounts(List.of(keyed), unanswered).keptForNobody()).isEqualTo(1);
    assertThat(accounts(List.of(refused), unanswered).keptForNobody()).isEqualTo(1);
  }

  @Test
  void anEventOfAnotherCallIsAFalseAcknowledgement() {
    Call copy = withoutKey("body one", accepted("one", 1));

    assertThat(accounts(List.of(one, copy)).falseAcknowledgements()).isEqualTo(1);
  }

  @Test
  void withoutA202NothingIsPromised() {
    Call never = call("body", answered(503, null, 0), answered(0, null, 1));
    Accounts accounts = accounts(List.of(never));

    assertThat(accounts.accepted()).isZero();
    assertThat(accounts.lost()).isZero();
    assertThat(accounts.refusals()).isEqualTo(2);
  }

  @Test
  void delaysAreCountedFromTheFaultIfItCameLater() {
    Accounts accounts =
        new Accounts(
            1,
            List.of(one, other),
            List.of(got("one", 0, 9, OK), got("other", 0, 9, OK)),
            Set.of(),
            Map.of(),
            START.plusSeconds(3));

    assertThat(accounts.longestDelay()).isEqualTo(Duration.ofSeconds(6));
  }

  /** Accounts of two sinks; the API knows both events. */
  private static Accounts accounts(List<Call> calls, Answered... answered) {
    return accounts(calls, Map.of(), answered);
  }

  /** The same with the marks of the events that no 202 names. */
  private static Accounts accounts(
      List<Call> calls, Map<String, String> unanswered, Answered... answered) {
    return new Accounts(
        2, calls, List.of(answered), Set.of("one", "other"), unanswered, Instant.MIN);
  }

  private static Call call(String body, Call.Try... tries) {
    return call(true, body, tries);
  }

  /** Its mark is its body. */
  private static Call withoutKey(String body, Call.Try... tries) {
    return call(false, body, tries);
  }

  private static Call call(boolean keyed, String body, Call.Try... tries) {
    Call call = new Call(body, keyed, "order.paid", body.getBytes(StandardCharsets.UTF_8));
    call.tries().addAll(List.of(tries));
    return call;
  }

  private static Call.Try accepted(String event, int second) {
    return answered(202, event, second);
  }

  private static Call.Try answered(int status, @Nullable String event, int second) {
    Call.Outcome outcome =
        switch (status) {
          case 202 -> Call.Outcome.OK;
          case 0 -> Call.Outcome.UNKNOWN;
          default -> Call.Outcome.FAIL;
        };
    return new Call.Try("node", START.plusSeconds(second), Duration.ZERO, status, event, outcome);
  }

  private static Answered got(String event, int sink, int second, Reply reply) {
    return got(receipt(event, "body " + event, START.plusSeconds(second)), sink, reply, true);
  }

  private static Answered got(Receipt receipt, int sink, Reply reply, boolean signed) {
    return new Answered(new RecordingReceivers.Visit(sink, receipt, signed, 1), reply);
  }

  private static Receipt receipt(String event, String body, Instant at) {
    return new Receipt(
        Map.of("webhook-id", List.of(event)), body.getBytes(StandardCharsets.UTF_8), at);
  }
}
