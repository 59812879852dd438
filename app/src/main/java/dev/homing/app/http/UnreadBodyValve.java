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
 * Reads the rest of a body that nobody wanted, for a moment, so that its connection can be used
 * again, and then gives the connection up: Tomcat itself would go on as long as bytes come.
 */
final class UnreadBodyValve extends ValveBase {
  private static final long PATIENCE_NANOS = 2_000_000_000L;

  UnreadBodyValve() {
    super(true);
  }

  /** The answer goes first. */
  @Override
  public void invoke(Request request, Response response) throws IOException, ServletException {
    getNext().invoke(request, response);
    if (!request.isAsync()) {
      response.finishResponse();
      boolean tooSlow = response.getStatus() == Response.SC_REQUEST_TIMEOUT;
      if (tooSlow || !isReadToItsEnd(request.getCoyoteRequest())) {
        request.getCoyoteRequest().action(ActionCode.DISABLE_SWALLOW_INPUT, null);
      }
    }
  }

  private static boolean isReadToItsEnd(org.apache.coyote.Request request) {
    if (request.hasExpectation() && request.getBytesRead() == 0) {
      return false; // Its caller waits to be asked for it, and never was.
    }
    long until = System.nanoTime() + PATIENCE_NANOS;
    Scrap scrap = new Scrap();
    try {
      while (System.nanoTime() - until < 0) {
        if (request.doRead(scrap) < 0) {
          return true;
        }
      }
    } catch (IOException broken) {
      // Nothing more will come.
    }
    return false;
  }

  /** Where bytes are put that nobody looks at. */
  private static final class Scrap implements ApplicationBufferHandler {
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
      // Whoever reads brings a buffer of its own.
    }
  }
}
