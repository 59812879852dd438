package dev.homing.app.http;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** What is inside a gzip stream, which ends where the body does. */
final class Inflated extends FilterInputStream {
  private final BoundedBody sent;

  private Inflated(GZIPInputStream gzip, BoundedBody sent) {
    super(gzip);
    this.sent = sent;
  }

  static Inflated of(BoundedBody sent) throws IOException {
    try {
      return new Inflated(new GZIPInputStream(sent), sent);
    } catch (EOFException | ZipException broken) {
      throw notGzip();
    }
  }

  /** Whatever fails behind the last member, GZIPInputStream takes for the end. */
  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    try {
      int got = in.read(into, offset, length);
      if (got < 0 && sent.read() >= 0) {
        throw notGzip();
      }
      return got;
    } catch (EOFException | ZipException broken) {
      throw notGzip();
    }
  }

  private static UnreadableBody notGzip() {
    return new UnreadableBody(
        Problem.malformed("The body is not gzip to its end, as its Content-Encoding says."));
  }
}
