package dev.homing.activities.outbound;

import java.io.IOException;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** The egress proxy is away, or does not serve us: no receiver can be blamed for it. */
final class EgressProxyException extends IOException {
  @Serial private static final long serialVersionUID = 1;

  EgressProxyException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
