package dev.homing.app.development;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class PortTest {
  @Test
  void namesTheTakenPortAndTheSettingThatMovesIt() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Port port = new Port("Homing's API", taken.getLocalPort(), "HOMING_PORT");

      assertThatThrownBy(port::mustBeFree)
          .isInstanceOf(PartFailed.class)
          .hasMessage(
              "Port %d (Homing's API) is taken: end what listens there, or set HOMING_PORT to"
                  + " another port.",
              taken.getLocalPort());
    }
  }

  @Test
  void seesAPortTakenOnEveryInterface() throws IOException {
    try (ServerSocket taken = new ServerSocket(0)) {
      Port port = new Port("Homing's API", taken.getLocalPort(), "HOMING_PORT");

      assertThatThrownBy(port::mustBeFree).isInstanceOf(PartFailed.class);
    }
  }

  @Test
  void acceptsAFreePort() {
    assertThatCode(new Port("Homing's API", Port.free(), "HOMING_PORT")::mustBeFree)
        .doesNotThrowAnyException();
  }

  @Test
  void rejectsInvalidPorts() {
    assertThatThrownBy(new Port("Homing's API", 70_000, "HOMING_PORT")::mustBeFree)
        .hasMessageStartingWith("HOMING_PORT is 70000, which is no port");
  }
}
