package dev.homing.app.http;

import java.io.IOException;
import java.time.Duration;
import org.apache.coyote.Processor;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.coyote.http11.Http11Processor;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler.SocketState;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.jspecify.annotations.Nullable;

/**
 * Ends connections whose request's head takes too long, however regularly its bytes come: Tomcat
 * itself bounds the wait for each of them, not for all.
 */
public final class PunctualProtocol extends Http11NioProtocol {
  private Duration headTimeout = Duration.ofSeconds(10);

  void setHeadTimeout(Duration headTimeout) {
    this.headTimeout = headTimeout;
  }

  @Override
  protected Processor createProcessor() {
    return new Punctual();
  }

  private final class Punctual extends Http11Processor {
    private @Nullable SocketWrapperBase<?> unfinished;
    private long since;

    Punctual() {
      super(PunctualProtocol.this, PunctualProtocol.this.getAdapter());
    }

    /** Comes back as LONG as long as a head has begun and is not complete. */
    @Override
    public SocketState service(SocketWrapperBase<?> socket) throws IOException {
      SocketState state = super.service(socket);
      if (state != SocketState.LONG || isAsync()) {
        unfinished = null;
        return state;
      }
      if (unfinished != socket) {
        unfinished = socket;
        since = System.nanoTime();
      }
      return System.nanoTime() - since > headTimeout.toNanos() ? SocketState.CLOSED : state;
    }
  }
}
