package dev.homing.activities.destination;

import java.io.Serial;
import java.net.UnknownHostException;

/** No name server said whether the name exists: none answered, or none could find out. */
public final class NoAnswerException extends UnknownHostException {
  @Serial private static final long serialVersionUID = 1;

  private final boolean othersAnswered;

  /**
   * @param othersAnswered whether other names were answered lately, so that the name is at fault
   */
  public NoAnswerException(boolean othersAnswered) {
    super("no answer from a name server");
    this.othersAnswered = othersAnswered;
  }

  /** False: perhaps this node reaches no name server at all. */
  public boolean isTheNamesFault() {
    return othersAnswered;
  }
}
