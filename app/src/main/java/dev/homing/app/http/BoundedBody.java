package dev.homing.app.http;

import dev.homing.app.problem.Problem;
import dev.homing.app.problem.UnreadableBody;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A body that fails beyond a number of bytes or a deadline. */
final class BoundedBody extends ServletInputStream {
  private final InputStream body;
  private final long maxBytes;
  private final long deadlineNanos;
  private long read;
  private boolean finished;

  /**
   * @param deadlineNanos of {@link System#nanoTime}
   */
  BoundedBody(InputStream body, long maxBytes, long deadlineNanos) {
    this.body = body;
    this.maxBytes = maxBytes;
    this.deadlineNanos = deadlineNanos;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (System.nanoTime() - deadlineNanos > 0) {
      throw new UnreadableBody(Problem.tooSlow());
    }
    int got = body.read(into, offset, length);
    finished = got < 0;
    read += Math.max(got, 0);
    if (read > maxBytes) {
      throw new UnreadableBody(Problem.tooLarge(maxBytes));
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
    throw new UnsupportedOperationException("bodies are read by blocking");
  }

  /** Leaves the stream below open, so that the connection can be used again. */
  @Override
  public void close() {
    // Holds no resources of its own.
  }
}
