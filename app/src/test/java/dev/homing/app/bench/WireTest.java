package dev.homing.app.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class WireTest {
  @Test
  void readsConsecutiveMessages() throws IOException {
    Wire wire =
        after(
            """
            HTTP/1.1 202 Accepted\r
            content-length: 2\r
            \r
            okHTTP/1.1 503 No\r
            Transfer-Encoding: chunked\r
            Connection: close\r
            \r
            3\r
            abc\r
            0\r
            \r
            """);

    Wire.Message first = wire.read();
    assertThat(first.status()).isEqualTo(202);
    assertThat(first.body()).asString().isEqualTo("ok");
    assertThat(first.isLast()).isFalse();

    Wire.Message second = wire.read();
    assertThat(second.status()).isEqualTo(503);
    assertThat(second.body()).asString().isEqualTo("abc");
    assertThat(second.isLast()).isTrue();

    assertThatThrownBy(wire::read).isInstanceOf(EOFException.class);
  }

  @Test
  void knowsThePathOfARequest() throws IOException {
    assertThat(after("POST /7 HTTP/1.1\r\n\r\n").read().path()).isEqualTo("/7");
  }

  private static Wire after(String sent) throws IOException {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Socket reader = new Socket(server.getInetAddress(), server.getLocalPort());
      try (Socket writer = server.accept()) {
        writer.getOutputStream().write(sent.getBytes(StandardCharsets.US_ASCII));
      }
      return new Wire(reader);
    }
  }
}
