package dev.homing.app.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.journey.Api;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A caller that writes arbitrary bytes at its own pace. */
final class RawCaller implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 20_000;
  private static final int BETWEEN_BYTES_MILLIS = 100;

  private final Socket socket;
  private final ByteArrayOutputStream received = new ByteArrayOutputStream();

  RawCaller(int port) throws IOException {
    this.socket = new Socket(InetAddress.getLoopbackAddress(), port);
  }

  /** The answer to these bytes, up to the end of the connection. */
  static Api.Answer call(int port, String bytes) throws IOException {
    return call(port, bytes.getBytes(ISO_8859_1));
  }

  static Api.Answer call(int port, byte[] bytes) throws IOException {
    try (RawCaller caller = new RawCaller(port)) {
      caller.write(bytes);
      return caller.answer();
    }
  }

  void write(String bytes) throws IOException {
    write(bytes.getBytes(ISO_8859_1));
  }

  /** A server that has answered and closed stops reading. */
  void write(byte[] bytes) throws IOException {
    try {
      socket.getOutputStream().write(bytes);
    } catch (SocketException gone) {
      assertThat(gone.getMessage()).containsAnyOf("reset", "pipe");
    }
  }

  /** Writes a byte now and then, until the server closes the connection. */
  Api.Answer trickle(String endless) throws IOException {
    long until = System.nanoTime() + TIMEOUT_MILLIS * 1_000_000L;
    for (int sent = 0; !isOver(BETWEEN_BYTES_MILLIS); sent++) {
      assertThat(System.nanoTime()).as("nobody ended it").isLessThan(until);
      write(endless.substring(sent % endless.length()).substring(0, 1));
    }
    return parsed(received.toByteArray());
  }

  /** Waits for the answer and the end of the connection. */
  Api.Answer answer() throws IOException {
    if (!isOver(TIMEOUT_MILLIS)) {
      throw new AssertionError("the connection stays open: " + received.toString(ISO_8859_1));
    }
    return parsed(received.toByteArray());
  }

  /** Waits for these bytes. */
  void awaitText(String text) throws IOException {
    socket.setSoTimeout(TIMEOUT_MILLIS);
    while (!received.toString(ISO_8859_1).contains(text)) {
      int octet = socket.getInputStream().read();
      assertThat(octet).as(received.toString(ISO_8859_1)).isNotNegative();
      received.write(octet);
    }
    received.reset();
  }

  private boolean isOver(int millis) throws IOException {
    socket.setSoTimeout(millis);
    byte[] more = new byte[8192];
    try {
      for (int got; (got = socket.getInputStream().read(more)) >= 0; ) {
        received.write(more, 0, got);
      }
      return true;
    } catch (SocketTimeoutException open) {
      return false;
    } catch (SocketException reset) {
      return true;
    }
  }

  /** Parses the answer; status 0 means that none came. */
  private static Api.Answer parsed(byte[] bytes) {
    String text = new String(bytes, ISO_8859_1);
    int end = text.indexOf("\r\n\r\n");
    if (end < 0) {
      return new Api.Answer(0, Map.of(), bytes);
    }
    String[] lines = text.substring(0, end).split("\r\n", -1);
    Map<String, List<String>> headers = new HashMap<>();
    for (int i = 1; i < lines.length; i++) {
      String[] header = lines[i].split(": ?", 2);
      headers
          .computeIfAbsent(header[0].toLowerCase(Locale.ROOT), _ -> new ArrayList<>())
          .add(header[1]);
    }
    String body = text.substring(end + 4);
    return new Api.Answer(
        Integer.parseInt(lines[0].split(" ", -1)[1]),
        headers,
        (headers.containsKey("transfer-encoding") ? joined(body) : body).getBytes(ISO_8859_1));
  }

  /** Joins the chunks of a body. */
  private static String joined(String chunks) {
    StringBuilder body = new StringBuilder();
    for (int at = 0; ; ) {
      int end = chunks.indexOf("\r\n", at);
      int length = Integer.parseInt(chunks.substring(at, end), 16);
      if (length == 0) {
        return body.toString();
      }
      body.append(chunks, end + 2, end + 2 + length);
      at = end + 2 + length + 2;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
