package dev.homing.activities.outbound;

import java.io.IOException;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** The egress proxy cannot be reached, or does not serve us: not the receiver's fault. */
final class EgressProxyException extends IOException {
  @Serial private static final long serialVersionUID = 1;

  EgressProxyException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
