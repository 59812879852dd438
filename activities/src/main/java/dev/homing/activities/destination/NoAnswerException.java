package dev.homing.activities.destination;

import java.io.Serial;
import java.net.UnknownHostException;

/** No name server could tell whether the name exists: none answered, or all failed. */
public final class NoAnswerException extends UnknownHostException {
  @Serial private static final long serialVersionUID = 1;

  private final boolean othersAnswered;

  /**
   * @param othersAnswered whether other names were answered recently, so that this name is at fault
   */
  public NoAnswerException(boolean othersAnswered) {
    super("no answer from a name server");
    this.othersAnswered = othersAnswered;
  }

  /** False if this node may reach no name server at all. */
  public boolean isTheNamesFault() {
    return othersAnswered;
  }
}
