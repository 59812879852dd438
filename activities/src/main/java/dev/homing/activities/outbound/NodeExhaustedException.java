package dev.homing.activities.outbound;

import java.io.IOException;
import java.io.Serial;
import java.net.SocketException;
import java.util.Set;

/** This node could not open a socket, as it or its machine has too many: a fault of ours. */
final class NodeExhaustedException extends IOException {
  @Serial private static final long serialVersionUID = 1;

  /**
   * Texts of EMFILE, ENFILE, ENOBUFS and ENOMEM: the JDK distinguishes them by its message only.
   */
  private static final Set<String> TEXTS =
      Set.of(
          "Too many open files",
          "Too many open files in system",
          "No buffer space available",
          "Cannot allocate memory");

  private NodeExhaustedException(IOException failure) {
    super("this node cannot open a socket", failure);
  }

  /** The failure, or this one if the node is exhausted; a lookup wraps what it failed with. */
  static IOException orElse(IOException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SocketException && TEXTS.contains(cause.getMessage())) {
        return new NodeExhaustedException(failure);
      }
    }
    return failure;
  }
}
