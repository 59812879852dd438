package dev.homing.app.development;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.standardwebhooks.Webhook;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SampleReceiverTest {
  private static final String OTHER_SECRET = "whsec_c29tZWJvZHkgZWxzZSdzIHNlY3JldCBrZXk=";

  private final List<String> printed = new CopyOnWriteArrayList<>();
  private final HttpClient http = HttpClient.newHttpClient();
  private SampleReceiver receiver;

  @BeforeEach
  void start() {
    receiver = SampleReceiver.start(0, SampleReceiver.SECRET, printed::add);
  }

  @AfterEach
  void stop() {
    receiver.close();
    http.close();
  }

  @Test
  void verifiesAGoodSignature() throws Exception {
    assertThat(send("/ok", SampleReceiver.SECRET, "{\"hello\":\"world\"}")).isEqualTo(200);

    assertThat(line())
        .matches("\\d\\d:\\d\\d:\\d\\d\\.\\d{3}  /ok  evt_1  attempt 3  application/json  .*")
        .contains("{\"hello\":\"world\"}")
        .contains("signature verified ✓")
        .endsWith("answered 200");
  }

  @Test
  void reportsABadSignature() throws Exception {
    assertThat(send("/ok", OTHER_SECRET, "{}")).isEqualTo(200);

    assertThat(line()).contains("signature NOT verified: ").doesNotContain("✓");
  }

  @Test
  void answersTheRequestedStatus() throws Exception {
    assertThat(send("/status/503", SampleReceiver.SECRET, "{}")).isEqualTo(503);

    assertThat(line()).endsWith("answered 503");
  }

  @Test
  void answersLate() throws Exception {
    assertThat(send("/slow?seconds=0", SampleReceiver.SECRET, "{}")).isEqualTo(200);

    assertThat(line()).endsWith("answered 200 after 0 s");
  }

  @Test
  void dropsTheConnection() {
    assertThatThrownBy(() -> send("/down", SampleReceiver.SECRET, "{}"))
        .isInstanceOf(IOException.class);

    assertThat(line()).endsWith("dropped the connection");
  }

  @Test
  void showsTheStartOfTheBodyOnOneLine() throws Exception {
    send("/ok", SampleReceiver.SECRET, "\u001b[2J\n" + "x".repeat(500));

    assertThat(line()).contains(" [2J " + "x".repeat(195) + "…").doesNotContain("\u001b");
  }

  @Test
  void theInboxShowsWhatCameNewestFirst() throws Exception {
    send("/ok", SampleReceiver.SECRET, "{\"first\":\"<script>1</script>\"}");
    send("/ok", OTHER_SECRET, "{}");
    await().until(() -> inbox().select("article").size() == 2);

    Document page = inbox();
    assertThat(page.select("article").getFirst().text()).contains("signature not verified: ");
    Element first = page.select("article").getLast();
    assertThat(first.text())
        .contains("✓ signature verified", "answered 200", "webhook-id: evt_1", "webhook-attempt: 3")
        .contains("{\"first\":\"<script>1</script>\"}");
    assertThat(page.select("script")).isEmpty();
  }

  @Test
  void aRequestThatIsAnsweredLateIsShownWhereItCame() {
    SampleInbox inbox = new SampleInbox("");
    Instant first = Instant.parse("2026-11-24T08:00:00Z");
    inbox.add(receipt("/second", first.plusMillis(1)));
    inbox.add(receipt("/first", first));

    assertThat(Jsoup.parse(inbox.page()).select("article code").eachText())
        .containsExactly("/second", "/first");
  }

  private static SampleInbox.Receipt receipt(String path, Instant at) {
    return new SampleInbox.Receipt(at, path, Map.of(), "", "", "answered 200");
  }

  @Test
  void itAnswers503UntilItIsSwitchedBack() throws Exception {
    answer(503);
    assertThat(inbox().select("form strong").text()).isEqualTo("It answers 503.");
    assertThat(send("/ok", SampleReceiver.SECRET, "{}")).isEqualTo(503);

    answer(200);
    assertThat(inbox().select("form strong").text()).isEqualTo("It answers 200.");
    assertThat(send("/ok", SampleReceiver.SECRET, "{}")).isEqualTo(200);
  }

  private void answer(int status) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(receiver.url("/switch")))
            .POST(BodyPublishers.ofString("answer=" + status))
            .build();
    assertThat(http.send(request, BodyHandlers.discarding()).statusCode()).isEqualTo(303);
  }

  private Document inbox() throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create(receiver.url("/"))).build();
    return Jsoup.parse(http.send(request, BodyHandlers.ofString()).body());
  }

  private String line() {
    await().until(() -> !printed.isEmpty());
    return printed.getFirst();
  }

  private int send(String path, String secret, String body) throws Exception {
    long now = Instant.now().getEpochSecond();
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(receiver.url(path)))
            .header("webhook-id", "evt_1")
            .header("webhook-timestamp", Long.toString(now))
            .header("webhook-signature", new Webhook(secret).sign("evt_1", now, body))
            .header("webhook-attempt", "3")
            .header("content-type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build();
    return http.send(request, BodyHandlers.discarding()).statusCode();
  }
}
