package dev.homing.app.node;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import io.temporal.failure.ActivityFailure;
import io.temporal.failure.ApplicationFailure;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;

/**
 * Keeps out of the log what Temporal's client has to say, with a stack trace, when the schedule of
 * a delivery is over: the line of its last attempt says so. Any other failure of a workflow is
 * logged.
 */
final class ExpectedFailures extends TurboFilter {
  private static final String LOGGER = "io.temporal.internal.sync.WorkflowExecutionHandler";

  /** The type of the failure with which the durable lane ends a delivery. */
  private static final String OVER = "failed";

  /** From now on, and once for all of this JVM. */
  static void keepOutOfTheLog() {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext logs
        && logs.getTurboFilterList().stream().noneMatch(ExpectedFailures.class::isInstance)) {
      logs.addTurboFilter(new ExpectedFailures());
    }
  }

  @Override
  public FilterReply decide(
      @Nullable Marker marker,
      Logger logger,
      Level level,
      @Nullable String format,
      Object @Nullable [] params,
      @Nullable Throwable thrown) {
    return params != null
            && level == Level.WARN
            && logger.getName().equals(LOGGER)
            && params[params.length - 1] instanceof ActivityFailure failure
            && failure.getCause() instanceof ApplicationFailure cause
            && OVER.equals(cause.getType())
        ? FilterReply.DENY
        : FilterReply.NEUTRAL;
  }
}
