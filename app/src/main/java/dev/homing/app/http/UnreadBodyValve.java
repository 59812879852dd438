package dev.homing.app.http;

import jakarta.servlet.ServletException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.coyote.ActionCode;
import org.apache.tomcat.util.net.ApplicationBufferHandler;

/**
 * Discards the rest of an unread body for a limited time, so that its connection can be used again.
 * After that time it closes the connection; Tomcat itself would read as long as bytes arrive.
 */
final class UnreadBodyValve extends ValveBase {
  private static final long DISCARD_TIMEOUT_NANOS = 2_000_000_000L;

  UnreadBodyValve() {
    super(true);
  }

  /** Sends the response, then discards the body. */
  @Override
  public void invoke(Request request, Response response) throws IOException, ServletException {
    getNext().invoke(request, response);
    if (!request.isAsync()) {
      response.finishResponse();
      boolean tooSlow = response.getStatus() == Response.SC_REQUEST_TIMEOUT;
      if (tooSlow || !readToEnd(request.getCoyoteRequest())) {
        request.getCoyoteRequest().action(ActionCode.DISABLE_SWALLOW_INPUT, null);
      }
    }
  }

  private static boolean readToEnd(org.apache.coyote.Request request) {
    if (request.hasExpectation() && request.getBytesRead() == 0) {
      return false; // The caller waits for 100 Continue, which was never sent.
    }
    long deadline = System.nanoTime() + DISCARD_TIMEOUT_NANOS;
    DiscardBuffer buffer = new DiscardBuffer();
    try {
      while (System.nanoTime() - deadline < 0) {
        if (request.doRead(buffer) < 0) {
          return true;
        }
      }
    } catch (IOException e) {
      // Nothing more will come.
    }
    return false;
  }

  /** Receives the bytes that are discarded. */
  private static final class DiscardBuffer implements ApplicationBufferHandler {
    private ByteBuffer buffer = ByteBuffer.allocate(0);

    @Override
    public void setByteBuffer(ByteBuffer buffer) {
      this.buffer = buffer;
    }

    @Override
    public ByteBuffer getByteBuffer() {
      return buffer;
    }

    @Override
    public void expand(int size) {
      // Readers bring a buffer of their own.
    }
  }
}
