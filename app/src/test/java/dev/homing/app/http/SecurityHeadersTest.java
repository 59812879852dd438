package dev.homing.app.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.journey.Api;
import dev.homing.app.journey.RunningHoming;
import dev.homing.app.problem.ProblemsTest;
import jakarta.servlet.Filter;
import jakarta.servlet.ServletContext;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.web.FilterChainProxy;

/** Answers are for programs: they must not be cached, sniffed or framed. */
class SecurityHeadersTest {
  private final RunningHoming open = RunningHoming.shared();
  private final RunningHoming withKey = RunningHoming.withAdminKey();

  @Test
  void everyAnswerForbidsCachingAndSniffing() {
    Api api = open.api();
    String event = api.trigger("nobody.hears.this");
    for (Api.Answer answer :
        List.of(
            api.get("/subscriptions"),
            api.get("/events/" + event),
            api.get("/events/" + event + "/payload"),
            api.post("/webhooks/nobody.hears.this", "{}"),
            api.get("/nowhere"),
            api.get("/subscriptions/nonsense"),
            api.post("/subscriptions", "{"),
            api.delete("/events"),
            withKey.api().get("/subscriptions"),
            withKey.admin().get("/keys"))) {
      assertThat(answer.header("x-content-type-options")).isEqualTo("nosniff");
      assertThat(answer.header("cache-control")).contains("no-store");
      assertThat(answer.header("strict-transport-security")).isEmpty();
      assertThat(answer.header("set-cookie")).isEmpty();
    }
  }

  @Test
  void otherOriginsGetNoCorsHeaders() {
    String[] headers = {
      "Origin", "https://evil.example", "Access-Control-Request-Method", "DELETE"
    };
    for (Api api : List.of(open.api(), withKey.api(), withKey.admin())) {
      for (String method : List.of("OPTIONS", "GET")) {
        Api.Answer answer = api.send(method, "/subscriptions", BodyPublishers.noBody(), headers);

        assertThat(answer.headers().keySet())
            .noneMatch(name -> name.toLowerCase(Locale.ROOT).startsWith("access-control"));
        if (answer.status() >= 400) {
          ProblemsTest.problem(answer, answer.status());
        }
      }
    }
  }

  @Test
  void tlsCallersGetStrictTransportSecurity() throws Exception {
    MockHttpServletRequest request =
        new MockHttpServletRequest(open.bean(ServletContext.class), "GET", "/subscriptions");
    request.setSecure(true);
    MockHttpServletResponse response = new MockHttpServletResponse();
    Filter security = open.bean(FilterChainProxy.class);

    security.doFilter(request, response, new MockFilterChain());

    assertThat(response.getHeader("Strict-Transport-Security")).contains("max-age=31536000");
  }
}
