package dev.homing.app.access;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.ServletException;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

/**
 * A browser on this machine connects from the loopback; metrics are scraped from other machines.
 */
class OpenModeGuardTest {
  private final OpenModeGuard guard =
      new OpenModeGuard(
          (_, response, _, _) -> {
            response.setStatus(403);
            return null;
          });

  @ParameterizedTest
  @CsvSource({
    "172.18.0.5, homing,           200",
    "172.18.0.5, attacker.example, 200",
    "127.0.0.1,  localhost,        200",
    "::1,        localhost,        200",
    "127.0.0.1,  homing,           403",
    "127.0.0.1,  2130706433,       403",
    "::1,        attacker.example, 403",
  })
  void checksTheHostOfConnectionsFromTheLoopback(String from, String host, int status)
      throws ServletException, IOException {
    MockHttpServletRequest request = new MockHttpServletRequest("GET", "/actuator/prometheus");
    request.setRemoteAddr(from);
    request.setServerName(host);
    MockHttpServletResponse response = new MockHttpServletResponse();

    guard.doFilter(request, response, new MockFilterChain());

    assertThat(response.getStatus()).isEqualTo(status);
  }
}
