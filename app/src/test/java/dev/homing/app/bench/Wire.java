package dev.homing.app.bench;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * HTTP/1.1 on one connection that stays open, with as little work as can be: load and Homing share
 * the machine. For one thread.
 */
final class Wire {
  private static final int LONGEST_LINE = 8_192;

  private final Socket socket;
  private final InputStream in;
  private final byte[] line = new byte[LONGEST_LINE];

  Wire(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new BufferedInputStream(socket.getInputStream(), 16_384);
    socket.setTcpNoDelay(true);
  }

  /**
   * A request or an answer.
   *
   * @param isLast whether the connection ends with it
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Message(String firstLine, byte[] body, boolean isLast) {
    /** Of an answer. */
    int status() {
      return Integer.parseInt(firstLine, 9, 12, 10);
    }

    /** Of a request. */
    String path() {
      return firstLine.substring(firstLine.indexOf(' ') + 1, firstLine.lastIndexOf(' '));
    }
  }

  /**
   * The next one.
   *
   * @throws EOFException if the other side is done
   */
  Message read() throws IOException {
    String first = readLine();
    int length = 0;
    boolean chunked = false;
    boolean last = false;
    for (String header = readLine(); !header.isEmpty(); header = readLine()) {
      if (isNamed(header, "content-length:")) {
        length = Integer.parseInt(header.substring("content-length:".length()).strip());
      } else if (isNamed(header, "transfer-encoding: chunked")) {
        chunked = true;
      } else if (isNamed(header, "connection: close")) {
        last = true;
      }
    }
    return new Message(first, chunked ? readChunks() : in.readNBytes(length), last);
  }

  private static boolean isNamed(String header, String name) {
    return header.regionMatches(true, 0, name, 0, name.length());
  }

  private byte[] readChunks() throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (int size = chunkSize(); size > 0; size = chunkSize()) {
      body.writeBytes(in.readNBytes(size));
      readLine();
    }
    readLine();
    return body.toByteArray();
  }

  private int chunkSize() throws IOException {
    return Integer.parseInt(readLine(), 16);
  }

  private String readLine() throws IOException {
    int length = 0;
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException();
      }
      line[length++] = (byte) next;
    }
    return new String(line, 0, length - 1, StandardCharsets.ISO_8859_1);
  }

  void write(byte[] message) throws IOException {
    socket.getOutputStream().write(message);
  }
}
