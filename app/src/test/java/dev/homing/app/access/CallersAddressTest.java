package dev.homing.app.access;

import static dev.homing.app.journey.Api.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.app.journey.Api;
import dev.homing.app.journey.RunningHoming;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** From where somebody calls, and what that is good for. */
class CallersAddressTest {
  private static final String FORWARDED_FOR = "X-Forwarded-For";

  private final RunningHoming homing = RunningHoming.withAdminKey();
  private final Api admin = homing.admin();

  /** Those who called wrote what comes first; what comes last may be another proxy. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "203.0.113.9               | 203.0.113.9",
        "2001:db8::7               | 2001:db8:0:0:0:0:0:7",
        "2001:DB8:0::0:7           | 2001:db8:0:0:0:0:0:7",
        "[2001:db8::7]:443         | 2001:db8:0:0:0:0:0:7",
        "[2001:db8::7]             | 2001:db8:0:0:0:0:0:7",
        "203.0.113.9:55000         | 203.0.113.9",
        "::ffff:203.0.113.9        | 203.0.113.9",
        "203.0.113.9, [::1]:80     | 0:0:0:0:0:0:0:1",
        "198.51.100.1, unknown, 203.0.113.9 | 203.0.113.9",
        "198.51.100.1, unknown     | 127.0.0.1",
        "unknown                   | 127.0.0.1",
        "_hidden                   | 127.0.0.1",
        "203.0.113.9:port          | 127.0.0.1",
        "1.2.3                     | 127.0.0.1",
        "7                         | 127.0.0.1",
        "7:80                      | 127.0.0.1",
        "3405803785                | 127.0.0.1",
        "203.0.113.9.              | 127.0.0.1",
        "203.0.113.256             | 127.0.0.1",
        "[203.0.113.9]             | 127.0.0.1",
        "2001:db8::7%eth0          | 127.0.0.1",
        "203.0.113.9,              | 127.0.0.1",
        "<script>                  | 127.0.0.1",
        "198.51.100.1, 203.0.113.9 | 203.0.113.9",
        "127.0.0.1, 203.0.113.9    | 203.0.113.9",
        "203.0.113.9, 127.0.0.1    | 203.0.113.9"
      })
  void behindATrustedProxyItIsTheOneThatThatOneSaw(String forwarded, String address) {
    String tenant = Names.unique();

    admin.send("POST", "/tenants", Map.of("name", tenant), FORWARDED_FOR, forwarded).expect(201);

    assertThat(address(admin, "tenant.created", tenant)).isEqualTo(address);
  }

  @Test
  void ofNobodyElseIsBelievedWhoCalls() {
    Api open = RunningHoming.shared().api();

    Api.Answer made =
        open.send(
            "POST",
            "/subscriptions",
            Map.of("url", "https://nowhere.invalid", "event_types", List.of("a.b")),
            FORWARDED_FOR,
            "203.0.113.9");

    String id = Api.id(made.expect(201));
    assertThat(address(open, "subscription.created", id)).isEqualTo("127.0.0.1");
  }

  @Test
  void locationBeginsWithThePrefixThatATrustedProxyHasCutOff() {
    assertThat(location(admin, "/hooks/v1", FORWARDED_FOR, "203.0.113.9")).startsWith("/hooks/v1/");
    assertThat(location(admin, "/forged, /hooks/v1", FORWARDED_FOR, "203.0.113.9"))
        .as("appended by the proxy")
        .startsWith("/hooks/v1/");
    for (String prefix : List.of("//evil.example", "/../x", "https://evil.example", "/a b", "/")) {
      assertThat(location(admin, prefix, FORWARDED_FOR, "203.0.113.9"))
          .as(prefix)
          .startsWith("/tenants/");
    }
    assertThat(location(RunningHoming.shared().api(), "/hooks", FORWARDED_FOR, "203.0.113.9"))
        .as("of nobody's proxy")
        .startsWith("/tenants/");
  }

  private static String location(Api api, String prefix, String... headers) {
    Map<String, String> tenant = Map.of("name", Names.unique());
    return api.send(
            "POST", "/tenants", tenant, headers[0], headers[1], "X-Forwarded-Prefix", prefix)
        .expect(201)
        .header("location");
  }

  /** Of IPv6, one has all addresses that begin with the same 64 bits. */
  @Test
  void wrongKeysAreCountedForAWholeNetworkOfIpv6() {
    Api guess = homing.api().authorized("Bearer nonsense");

    List<Integer> answers =
        IntStream.range(0, 100)
            .mapToObj(
                i ->
                    guess.get("/events", FORWARDED_FOR, "2001:db8:0:66::" + Integer.toHexString(i)))
            .map(Api.Answer::status)
            .toList();

    assertThat(answers).contains(429);
    guess.get("/events", FORWARDED_FOR, "2001:db8:0:67::1").expect(401);
  }

  private static String address(Api api, String action, String target) {
    JsonNode entries =
        api.get("/audit?action=%s&target=%s".formatted(action, target)).expect(200).json();
    return text(entries.get("items").get(0), "address");
  }

  @Test
  void fromWhereOneWrongKeyComesAfterTheOtherNoMoreAreTaken() {
    String there = "203.0.113.66";
    Api guess = homing.api().authorized("Bearer nonsense");

    Api.Answer refused =
        await()
            .pollDelay(Duration.ZERO)
            .pollInterval(Duration.ofMillis(1))
            .until(
                () -> guess.get("/events", FORWARDED_FOR, there), answer -> answer.status() != 401);

    refused.expect(429);
    assertThat(refused.header("content-type")).isEqualTo("application/problem+json");
    assertThat(refused.header("retry-after")).isEqualTo("1");
    guess.get("/events", FORWARDED_FOR, "203.0.113.67").expect(401);
    // Whoever shares the address is not shut out.
    admin.get("/events", FORWARDED_FOR, there).expect(200);
    homing.api().get("/events", FORWARDED_FOR, there).expect(401);
  }
}
