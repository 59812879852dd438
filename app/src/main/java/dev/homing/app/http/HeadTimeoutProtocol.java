package dev.homing.app.http;

import java.io.IOException;
import java.time.Duration;
import org.apache.coyote.ErrorState;
import org.apache.coyote.Processor;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.coyote.http11.Http11Processor;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler.SocketState;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.apache.tomcat.util.res.StringManager;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/**
 * Closes connections whose request head takes too long, however steadily its bytes arrive. Tomcat
 * itself limits the wait for each read, not for the whole head.
 */
public final class HeadTimeoutProtocol extends Http11NioProtocol {
  private static final String TOO_LARGE =
      StringManager.getManager(Http11Processor.class).getString("iib.requestheadertoolarge.error");

  private Duration headTimeout = Duration.ofSeconds(10);

  void setHeadTimeout(Duration headTimeout) {
    this.headTimeout = headTimeout;
  }

  @Override
  protected Processor createProcessor() {
    return new HeadTimeoutProcessor();
  }

  private final class HeadTimeoutProcessor extends Http11Processor {
    private @Nullable SocketWrapperBase<?> unfinished;
    private long startNanos;

    HeadTimeoutProcessor() {
      super(HeadTimeoutProtocol.this, HeadTimeoutProtocol.this.getAdapter());
    }

    /**
     * Answers a head that is too large with 431 (RFC 6585, section 5); Tomcat tells it by a
     * message.
     */
    @Override
    protected void setErrorState(ErrorState state, @Nullable Throwable failure) {
      super.setErrorState(state, failure);
      if (failure instanceof IllegalArgumentException && TOO_LARGE.equals(failure.getMessage())) {
        response.setStatus(HttpStatus.REQUEST_HEADER_FIELDS_TOO_LARGE.value());
      }
    }

    /** Tomcat returns LONG while a head has begun and is not complete. */
    @Override
    public SocketState service(SocketWrapperBase<?> socket) throws IOException {
      SocketState state = super.service(socket);
      if (state != SocketState.LONG || isAsync()) {
        unfinished = null;
        return state;
      }
      if (unfinished != socket) {
        unfinished = socket;
        startNanos = System.nanoTime();
      }
      return System.nanoTime() - startNanos > headTimeout.toNanos() ? SocketState.CLOSED : state;
    }
  }
}
