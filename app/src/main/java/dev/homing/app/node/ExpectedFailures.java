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
 * Suppresses the stack trace that Temporal's client logs when a retry schedule is exhausted.
 *
 * <p>The line of the last attempt says so already. Any other failure of a workflow is logged.
 */
final class ExpectedFailures extends TurboFilter {
  private static final String LOGGER = "io.temporal.internal.sync.WorkflowExecutionHandler";

  /** The failure type with which the durable lane ends a delivery. */
  private static final String FAILED = "failed";

  /** Installs the filter for the whole JVM, once. */
  static void install() {
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
            && FAILED.equals(cause.getType())
        ? FilterReply.DENY
        : FilterReply.NEUTRAL;
  }
}
