package dev.homing.app.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.journey.Api;
import dev.homing.app.journey.RunningHoming;
import jakarta.servlet.Filter;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.web.FilterChainProxy;
import tools.jackson.databind.JsonNode;

class AccessTest {
  private final RunningHoming open = RunningHoming.shared();
  private final RunningHoming withKey = RunningHoming.withAdminKey();

  @Test
  void openModeServesThisMachine() {
    open.api().get("/subscriptions").expect(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"203.0.113.7", "10.0.0.1", "0.0.0.0", "2001:db8::1", "::ffff:10.0.0.1"})
  void openModeRefusesOtherMachines(String address) throws IOException, ServletException {
    assertThat(from(address).getStatus()).isEqualTo(403);
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.8.9.10", "::1", "0:0:0:0:0:0:0:1"})
  void openModeServesEveryLoopbackAddress(String address) throws IOException, ServletException {
    assertThat(from(address).getStatus()).isEqualTo(200);
  }

  /** The answer of the security filters to a request from there that claims to come from here. */
  private MockHttpServletResponse from(String address) throws IOException, ServletException {
    MockHttpServletRequest request =
        new MockHttpServletRequest(open.bean(ServletContext.class), "GET", "/subscriptions");
    request.setRemoteAddr(address);
    request.addHeader("X-Forwarded-For", "127.0.0.1");
    request.addHeader("X-Real-IP", "127.0.0.1");
    request.addHeader("Forwarded", "for=127.0.0.1");
    MockHttpServletResponse response = new MockHttpServletResponse();
    Filter security = open.bean(FilterChainProxy.class);
    security.doFilter(request, response, new MockFilterChain());
    return response;
  }

  @Test
  void openModeRefusesThisMachinesOtherAddresses() throws SocketException {
    NetworkInterface.networkInterfaces()
        .flatMap(NetworkInterface::inetAddresses)
        .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
        .map(address -> "http://%s:%d".formatted(address.getHostAddress(), open.port()))
        .forEach(
            url -> {
              Api api = new Api(URI.create(url));
              Api.Answer refused = api.get("/subscriptions", "X-Forwarded-For", "127.0.0.1");
              assertThat(problem(refused, 403)).contains("HOMING_ADMIN_KEY");
            });
  }

  @Test
  void adminKeyIsAccepted() {
    Api api = withKey.admin();

    api.get("/subscriptions").expect(200);
    String id =
        Api.id(
            api.post(
                    "/subscriptions",
                    """
                    {"url": "https://example.com", "event_types": ["a"]}
                    """)
                .expect(201));
    api.delete("/subscriptions/" + id).expect(204);
    api.post("/webhooks/nobody.hears.this", "{}").expect(202);
  }

  /** Open mode, in which all other tests run, allows them. */
  @ParameterizedTest
  @ValueSource(strings = {"http://127.0.0.1:8081/", "http://localhost/", "https://10.0.0.1/"})
  void adminKeyForbidsInternalReceivers(String url) {
    Api api = withKey.admin();
    String id = Api.id(subscribe(api, "https://example.com").expect(201));

    for (Api.Answer refused :
        List.of(
            subscribe(api, url),
            api.send(
                "PUT", "/subscriptions/" + id, Map.of("url", url, "event_types", List.of("a"))),
            api.send("PATCH", "/subscriptions/" + id, Map.of("url", url)))) {
      assertThat(refused.expect(422).json().get("errors").toString())
          .contains("\"url\"", "HOMING_ALLOW_DESTINATIONS");
    }
    api.change(id, Map.of("description", "still the same"));
  }

  private static Api.Answer subscribe(Api api, String url) {
    return api.post("/subscriptions", Map.of("url", url, "event_types", List.of("a")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Bearer a-key-that-nobody-guesse",
        "Bearer a-key-that-nobody-guesses-",
        "Bearer A-KEY-THAT-NOBODY-GUESSES",
        "Bearer ",
        "Bearer",
        "a-key-that-nobody-guesses",
        "Basic YS1rZXktdGhhdC1ub2JvZHktZ3Vlc3Nlczo=",
        "Bearer grüße"
      })
  void otherKeysAreRefused(String authorization) {
    Api.Answer refused = withKey.api().authorized(authorization).get("/subscriptions");

    assertThat(problem(refused, 401)).contains("Authorization: Bearer");
    assertThat(refused.header("www-authenticate")).startsWith("Bearer");
  }

  /** RFC 9110, section 11.1. */
  @ParameterizedTest
  @ValueSource(strings = {"bearer", "BEARER", "bEaReR"})
  void schemeIsCaseInsensitive(String scheme) {
    withKey
        .api()
        .authorized(scheme + " " + RunningHoming.ADMIN_KEY)
        .get("/subscriptions")
        .expect(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/subscriptions", "/events", "/deliveries/x", "/nowhere", "/"})
  void missingKeyGets401Everywhere(String path) {
    Api.Answer refused = withKey.api().get(path, "X-Forwarded-For", "127.0.0.1");

    problem(refused, 401);
    assertThat(refused.header("www-authenticate")).isEqualTo("Bearer");
    problem(withKey.api().post("/webhooks/nobody.hears.this", "{}"), 401);
  }

  @Test
  void isDegradedButReadyWithoutRedisAndTemporal() {
    JsonNode health = withKey.management().get("/actuator/health").expect(200).json();

    assertThat(Api.text(health, "status")).isEqualTo("DEGRADED");
    withKey.management().get("/actuator/health/readiness").expect(200);
    withKey.management().get("/actuator/health/liveness").expect(200);
  }

  private static String problem(Api.Answer answer, int status) {
    answer.expect(status);
    assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
    return Api.text(answer.json(), "detail");
  }
}
