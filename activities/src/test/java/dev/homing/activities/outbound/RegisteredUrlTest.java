package dev.homing.activities.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.activities.OneAtATime;
import dev.homing.activities.Postgres;
import dev.homing.activities.SampleSubscriptions;
import dev.homing.activities.subscription.DeliverySettings;
import dev.homing.activities.subscription.Order;
import dev.homing.activities.subscription.ReceiverUrl;
import dev.homing.activities.subscription.Receivers;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import dev.homing.workflows.delivery.Outcome.Delivered;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import okhttp3.HttpUrl;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** URLs are sent exactly as registered, through the database and onto the wire. */
@OneAtATime
class RegisteredUrlTest {
  /** Characters allowed in a path or query (RFC 3986, appendix A), without separators. */
  private static final String ALLOWED = "-._~!$&'()*+,;=:@09AZaz";

  private final HttpSender sender =
      new HttpSender(SampleClients.toAnywhere(), Clock.systemUTC(), new Egress(), "1.2.3");

  static Stream<String> targets() {
    return Stream.concat(
        Stream.of(
            "/a'b?c='d'",
            "/?%27='%27'&'",
            "/?'=''&e'%2'&f",
            "/?",
            "/?&&=&=a&b==",
            "/?a%&b%2&c%zz&%C3%BC+d",
            "/%2F%2f%41?%2F%2f%41",
            "//a//?/?/??"),
        ALLOWED
            .chars()
            .mapToObj(Character::toString)
            .map(character -> "/x%s/y?%s=x%s".formatted(character, character, character)));
  }

  @ParameterizedTest
  @MethodSource("targets")
  void sendsTheTargetAsRegistered(String target) throws Exception {
    assertThat(sent(target)).isEqualTo("POST %s HTTP/1.1".formatted(target));
  }

  static Stream<String> othersThanAllowed() {
    return Stream.of("\"", "<", ">", "[", "]", "^", "`", "{", "|", "}", "ü", "\uD83D\uDE00")
        .map(text -> "/x%s?y'%s".formatted(text, text));
  }

  /** Some characters not allowed in URLs are encoded; they are shown encoded as well. */
  @ParameterizedTest
  @MethodSource("othersThanAllowed")
  void sendsTheTargetAsShown(String target) throws Exception {
    String shown = ReceiverUrl.parse("http://127.0.0.1" + target).toString();

    assertThat(sent(target))
        .isEqualTo("POST %s HTTP/1.1".formatted(shown.substring("http://127.0.0.1".length())));
  }

  private String sent(String target) throws IOException, InterruptedException {
    BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    try (RawReceiver receiver =
        new RawReceiver(
            line -> {
              lines.add(line.readRequest().lines().findFirst().orElseThrow());
              line.write("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
            })) {
      String registered =
          ReceiverUrl.parse(receiver.url().toString().replaceFirst("/$", "") + target).toString();
      assertThat(sender.send(SampleWebhooks.to(stored(registered))).outcome())
          .isEqualTo(new Delivered(200));
    }
    return String.valueOf(lines.poll(10, TimeUnit.SECONDS));
  }

  private static HttpUrl stored(String url) {
    Tenant tenant = Postgres.newTenant();
    SubscriptionId id = SampleSubscriptions.active(tenant, url);
    DeliverySettings settings =
        new DeliverySettings(
            20, Duration.ofSeconds(5), Duration.ofHours(12), Duration.ofSeconds(15));
    return new Receivers(Postgres.jdbc(), SampleSubscriptions.SECRETS, settings, Order.MAX_BLOCK)
        .find(tenant, id)
        .orElseThrow()
        .url();
  }
}
