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
 * Ends connections whose request's head takes too long, however regularly its bytes come: Tomcat
 * itself bounds the wait for each of them, not for all.
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
    return new Punctual();
  }

  private final class Punctual extends Http11Processor {
    private @Nullable SocketWrapperBase<?> unfinished;
    private long since;

    Punctual() {
      super(HeadTimeoutProtocol.this, HeadTimeoutProtocol.this.getAdapter());
    }

    /**
     * A head that does not fit is a 431 (RFC 6585, section 5); Tomcat has only a message for it.
     */
    @Override
    protected void setErrorState(ErrorState state, @Nullable Throwable failure) {
      super.setErrorState(state, failure);
      if (failure instanceof IllegalArgumentException && TOO_LARGE.equals(failure.getMessage())) {
        response.setStatus(HttpStatus.REQUEST_HEADER_FIELDS_TOO_LARGE.value());
      }
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
