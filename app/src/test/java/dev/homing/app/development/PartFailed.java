package dev.homing.app.development;

/** A part cannot be had; the message is one sentence that says what to do. */
public final class PartFailed extends RuntimeException {
  private static final long serialVersionUID = 1;

  public PartFailed(String sentence) {
    super(sentence);
  }

  public PartFailed(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
