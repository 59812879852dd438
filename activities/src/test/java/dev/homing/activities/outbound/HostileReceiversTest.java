package dev.homing.activities.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.workflows.delivery.Outcome;
import dev.homing.workflows.delivery.Outcome.Delivered;
import dev.homing.workflows.delivery.Outcome.Unanswered;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import okhttp3.Call;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Hostile receivers: each attempt ends in time with its own outcome, and affects no other. */
class HostileReceiversTest {
  private static final String ALL = "dev.homing.activities.outbound.Misbehaviour#";
  private static final Duration SLACK = Duration.ofSeconds(3);
  private static final Duration LONG = Duration.ofSeconds(30);

  /** How long the sender reads a body after the status line. */
  private static final Duration BODY_TIMEOUT = Duration.ofSeconds(2);

  private static final OkHttpClient CLIENT =
      SampleCertificates.trustedBy(SampleClients.toAnywhere());

  @ParameterizedTest
  @FieldSource(ALL + "ENDLESS")
  void stopsReadingEndlessAnswers(Misbehaviour endless) throws IOException {
    assertSurvives(endless);
  }

  @ParameterizedTest
  @FieldSource(ALL + "SLOW")
  void timesOutOnSlowReceivers(Misbehaviour slow) throws IOException {
    assertSurvives(slow);
  }

  @ParameterizedTest
  @FieldSource(ALL + "BROKEN")
  void distinguishesBreaksBeforeAndAfterAnAnswer(Misbehaviour broken) throws IOException {
    assertSurvives(broken);
  }

  @ParameterizedTest
  @FieldSource(ALL + "UNCLEAR")
  void neverReadsTheRestOfOneAnswerAsTheNext(Misbehaviour unclear) throws IOException {
    assertSurvives(unclear);
  }

  @ParameterizedTest
  @FieldSource(ALL + "ILLEGIBLE")
  void rejectsIllegibleAnswers(Misbehaviour illegible) throws IOException {
    assertSurvives(illegible);
  }

  @ParameterizedTest
  @FieldSource(ALL + "DEMANDING")
  void obeysNoInstructionInAnAnswer(Misbehaviour demanding) throws IOException {
    assertSurvives(demanding);
  }

  @ParameterizedTest
  @FieldSource(ALL + "HASTY")
  void survivesAnAnswerBeforeTheRequestIsRead(Misbehaviour hasty) throws IOException {
    assertSurvives(hasty);
  }

  private static void assertSurvives(Misbehaviour hostile) throws IOException {
    Attempt attempt = attempt(hostile);

    assertThat(text(attempt.responseBody())).isEqualTo(hostile.body());
    Duration limit = attempt.outcome().status() == null ? hostile.timeout() : BODY_TIMEOUT;
    assertThat(attempt.took()).isLessThan(limit.plus(SLACK));
  }

  /** Makes an attempt, followed at once by a second one that is answered properly. */
  static Attempt attempt(Misbehaviour hostile) throws IOException {
    String own = "{\"after\": \"" + hostile + "\"}";
    try (RawReceiver receiver = hostile.receiver()) {
      HttpSender sender = senderFor(receiver);

      Attempt attempt = sender.send(hostile.webhook(receiver.url()));
      Attempt next = sender.send(SampleWebhooks.with(receiver.url(), ascii(own), LONG));

      assertThat(withoutDetail(attempt.outcome())).as("%s", hostile).isEqualTo(hostile.outcome());
      assertThat(next.outcome())
          .as("after %s, on connection %d", hostile, receiver.connections())
          .isEqualTo(new Delivered(202));
      assertThat(text(next.responseBody())).isEqualTo(own);
      assertThat(receiver.connections()).as("%s", hostile).isEqualTo(hostile.keeps() ? 1 : 2);
      return attempt;
    }
  }

  private static HttpSender senderFor(RawReceiver receiver) {
    return new HttpSender(
        request -> {
          Call call = CLIENT.newCall(request);
          call.addEventListener(receiver.hearer());
          return call;
        },
        Clock.systemUTC(),
        new Egress(),
        "1");
  }

  private static Outcome withoutDetail(Outcome outcome) {
    return outcome instanceof Unanswered(var fault, _) ? new Unanswered(fault, "") : outcome;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static String text(byte @Nullable [] body) {
    return body == null ? "" : new String(body, StandardCharsets.ISO_8859_1);
  }
}
