package dev.homing.app.http;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.io.IOException;
import java.io.InputStream;

/** As many bytes as are allowed, as long as they may take. */
final class BoundedBody extends ServletInputStream {
  private final InputStream body;
  private final long most;
  private final long until;
  private long read;
  private boolean finished;

  /**
   * @param until of {@link System#nanoTime}
   */
  BoundedBody(InputStream body, long most, long until) {
    this.body = body;
    this.most = most;
    this.until = until;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (System.nanoTime() - until > 0) {
      throw new UnreadableBody(Problem.tooSlow());
    }
    int got = body.read(into, offset, length);
    finished = got < 0;
    read += Math.max(got, 0);
    if (read > most) {
      throw new UnreadableBody(Problem.tooLarge(most));
    }
    return got;
  }

  @Override
  public boolean isFinished() {
    return finished;
  }

  @Override
  public boolean isReady() {
    return true;
  }

  @Override
  public void setReadListener(ReadListener listener) {
    throw new UnsupportedOperationException("bodies are read by whoever waits for them");
  }

  /** What is below stays open: the connection goes on. */
  @Override
  public void close() {
    // Nothing of its own.
  }
}
