package dev.homing.app.http;

import dev.homing.app.problem.Problem;
import dev.homing.app.problem.UnreadableBody;
import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Inflates a gzip body (RFC 1952) strictly: nothing may follow the last member.
 *
 * <p>The JDK's own stream ignores up to 512 bytes of garbage behind a member, and recurses for each
 * empty member.
 */
final class GzipBody {
  private static final int MAX_MEMBERS = 1_000;
  private static final int MAGIC = 0x8b1f;
  private static final int DEFLATE = 8;
  private static final int HEADER_CRC = 1 << 1;
  private static final int EXTRA = 1 << 2;
  private static final int NAME = 1 << 3;
  private static final int COMMENT = 1 << 4;
  private static final int RESERVED = 0b1110_0000;

  private final ByteBuffer sent;
  private final long maxBytes;
  private final ByteArrayOutputStream inflated = new ByteArrayOutputStream();

  private GzipBody(byte[] sent, long maxBytes) {
    this.sent = ByteBuffer.wrap(sent).order(ByteOrder.LITTLE_ENDIAN);
    this.maxBytes = maxBytes;
  }

  /**
   * Inflates a body.
   *
   * @param maxBytes of the inflated body
   * @throws UnreadableBody if it is larger, or not gzip to its end
   */
  static byte[] inflate(byte[] sent, long maxBytes) throws UnreadableBody {
    GzipBody body = new GzipBody(sent, maxBytes);
    try {
      int members = 0;
      do {
        check(++members <= MAX_MEMBERS);
        body.header();
        body.member();
      } while (body.sent.hasRemaining());
      return body.inflated.toByteArray();
    } catch (BufferUnderflowException | DataFormatException e) {
      throw notGzip();
    }
  }

  private void header() throws UnreadableBody {
    int start = sent.position();
    check((sent.getShort() & 0xffff) == MAGIC);
    check(sent.get() == DEFLATE);
    int flags = sent.get();
    check((flags & RESERVED) == 0);
    skip(6); // Time, extra flags, operating system.
    if ((flags & EXTRA) != 0) {
      skip(sent.getShort() & 0xffff);
    }
    if ((flags & NAME) != 0) {
      skipText();
    }
    if ((flags & COMMENT) != 0) {
      skipText();
    }
    if ((flags & HEADER_CRC) != 0) {
      CRC32 crc = new CRC32();
      crc.update(sent.array(), start, sent.position() - start);
      check((sent.getShort() & 0xffff) == (crc.getValue() & 0xffff));
    }
  }

  private void skip(int bytes) {
    sent.get(new byte[bytes]);
  }

  private void skipText() {
    while (sent.get() != 0) {
      // Up to the NUL at its end.
    }
  }

  private void member() throws UnreadableBody, DataFormatException {
    CRC32 crc = new CRC32();
    int size = 0;
    byte[] chunk = new byte[8192];
    try (Inflater inflater = new Inflater(true)) {
      inflater.setInput(sent);
      while (!inflater.finished()) {
        int got = inflater.inflate(chunk);
        check(got > 0 || inflater.finished());
        if (inflated.size() + got > maxBytes) {
          throw new UnreadableBody(Problem.tooLarge(maxBytes));
        }
        inflated.write(chunk, 0, got);
        crc.update(chunk, 0, got);
        size += got;
      }
    }
    check(sent.getInt() == (int) crc.getValue());
    check(sent.getInt() == size);
  }

  private static void check(boolean asExpected) throws UnreadableBody {
    if (!asExpected) {
      throw notGzip();
    }
  }

  private static UnreadableBody notGzip() {
    return new UnreadableBody(
        Problem.malformed(
            "The body is not complete gzip, as its Content-Encoding says, or has more than %d members."
                .formatted(MAX_MEMBERS)));
  }
}
