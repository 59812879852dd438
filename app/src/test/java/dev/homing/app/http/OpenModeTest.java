package dev.homing.app.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.journey.Api;
import dev.homing.app.journey.RunningHoming;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Open mode serves programs on this machine, but no pages of other sites. */
class OpenModeTest {
  private static final RunningHoming OPEN = RunningHoming.shared();
  private static final RunningHoming WITH_KEY = RunningHoming.withAdminKey();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "attacker.example",
        "localhost.attacker.example",
        "localhost.",
        "10.0.0.1",
        "192.168.0.7:8080",
        "[2001:db8::1]:8080",
        "notlocalhost",
        "homing"
      })
  void requestForAnotherHostIsRefusedOnEachRoute(String host) throws IOException {
    for (String route : all()) {
      String[] parts = route.replaceAll("\\{[a-z]+}", "x").split(" ", -1);
      Api.Answer refused = call(OPEN.port(), parts[0], parts[1], "Host: " + host);
      assertThat(refused.status()).as("%s of %s", route, host).isEqualTo(403);
      assertThat(refused.text()).as(route).contains("HOMING_ADMIN_KEY");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"localhost", "LOCALHOST:1", "homing.localhost:8080", "127.9.9.9", "[::1]:8080"})
  void loopbackIsServedByEachOfItsNames(String host) throws IOException {
    assertThat(call(OPEN.port(), "POST", "/webhooks/a.b", "Host: " + host).status()).isEqualTo(202);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Site: same-site",
        "Origin: https://attacker.example",
        "Origin: http://localhost:3000",
        "Origin: http://localhost.attacker.example",
        "Origin: null",
        "Origin: "
      })
  void pagesOfOtherSitesMayNotWrite(String header) throws IOException {
    for (String route : all()) {
      String[] parts = route.replaceAll("\\{[a-z]+}", "x.y").split(" ", -1);
      if (!parts[0].equals("GET")) {
        Api.Answer refused = call(OPEN.port(), parts[0], parts[1], "Host: localhost", header);
        assertThat(refused.status()).as("%s with %s", route, header).isEqualTo(403);
        assertThat(refused.text()).as(route).contains("pages of other sites");
        assertThat(refused.headers()).as(route).doesNotContainKey("content-disposition");
      }
    }
    assertThat(call(OPEN.port(), "GET", "/events", "Host: localhost", header).status())
        .isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Sec-Fetch-Site: same-origin",
        "Sec-Fetch-Site: none",
        "Origin: http://localhost:8080",
        "X-Harmless: 1"
      })
  void ownPagesAndProgramsMayWrite(String header) throws IOException {
    assertThat(call(OPEN.port(), "POST", "/webhooks/a.b", "Host: localhost:8080", header).status())
        .isEqualTo(202);
  }

  @Test
  void metricsAreClosedToDnsRebinding() throws IOException {
    int port = OPEN.management().base().getPort();
    for (String served : List.of("localhost", "127.0.0.1:8081", "[::1]:8081")) {
      assertThat(call(port, "GET", "/actuator/prometheus", "Host: " + served).status())
          .as(served)
          .isEqualTo(200);
    }
    for (String foreign : List.of("attacker.example", "10.1.2.3:8081", "2130706433")) {
      assertThat(call(port, "GET", "/actuator/prometheus", "Host: " + foreign).status())
          .as(foreign)
          .isEqualTo(403);
    }
  }

  /** The key authenticates the caller. */
  @Test
  void withAKeyAnyHostIsServed() throws IOException {
    assertThat(
            call(
                    WITH_KEY.port(),
                    "POST",
                    "/webhooks/a.b",
                    "Host: homing.example.com",
                    "Sec-Fetch-Site: cross-site",
                    "Authorization: Bearer " + RunningHoming.ADMIN_KEY)
                .status())
        .isEqualTo(202);
  }

  /** Of the API and of the pages. */
  private static List<String> all() {
    return Stream.of(OPEN.routes(), OPEN.pages()).flatMap(Set::stream).toList();
  }

  private static Api.Answer call(int port, String method, String path, String... headers)
      throws IOException {
    return RawCaller.call(
        port,
        "%s %s HTTP/1.1\r\n%s\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
            .formatted(method, path, String.join("\r\n", headers)));
  }
}
