package dev.homing.activities;

import io.temporal.activity.ActivityExecutionContext;
import io.temporal.activity.ActivityInfo;
import io.temporal.activity.ActivityOptions;
import io.temporal.common.converter.JacksonJsonPayloadConverter;
import io.temporal.common.interceptors.ActivityExecutionContextBase;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptor;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptorBase;
import io.temporal.common.interceptors.WorkerInterceptor;
import io.temporal.common.interceptors.WorkerInterceptorBase;
import io.temporal.testing.TestActivityEnvironment;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.worker.WorkerFactoryOptions;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.function.Function;

/**
 * One execution of an activity, as Temporal's SDK runs it.
 *
 * @param runId of the calling workflow
 * @param attempt from 1; 1 again after a reset of the activity
 */
public record Execution(String runId, int attempt) {
  private static final Duration START_TO_CLOSE = Duration.ofSeconds(60);

  static {
    JacksonJsonPayloadConverter.setDefaultAsJackson3(true, false);
  }

  /** The first execution in a run. */
  public static Execution in(String runId) {
    return new Execution(runId, 1);
  }

  public Execution next() {
    return new Execution(runId, attempt + 1);
  }

  /** Calls the activity through Temporal's SDK: arguments, result and failure are converted. */
  public <A, R> R call(Class<A> type, A activity, Function<A, R> act) {
    TestActivityEnvironment temporal =
        TestActivityEnvironment.newInstance(
            TestEnvironmentOptions.newBuilder()
                .setWorkerFactoryOptions(
                    WorkerFactoryOptions.newBuilder()
                        .setWorkerInterceptors(interceptor())
                        .validateAndBuildWithDefaults())
                .build());
    try {
      temporal.registerActivitiesImplementations(activity);
      return act.apply(
          temporal.newActivityStub(
              type, ActivityOptions.newBuilder().setStartToCloseTimeout(START_TO_CLOSE).build()));
    } finally {
      temporal.close();
    }
  }

  private WorkerInterceptor interceptor() {
    return new WorkerInterceptorBase() {
      @Override
      public ActivityInboundCallsInterceptor interceptActivity(
          ActivityInboundCallsInterceptor next) {
        return new ActivityInboundCallsInterceptorBase(next) {
          @Override
          public void init(ActivityExecutionContext context) {
            super.init(
                new ActivityExecutionContextBase(context) {
                  @Override
                  public ActivityInfo getInfo() {
                    return known(super.getInfo());
                  }
                });
          }
        };
      }
    };
  }

  private ActivityInfo known(ActivityInfo info) {
    return (ActivityInfo)
        Proxy.newProxyInstance(
            ActivityInfo.class.getClassLoader(),
            new Class<?>[] {ActivityInfo.class},
            (_, method, arguments) ->
                switch (method.getName()) {
                  case "getWorkflowRunId", "getRunId" -> runId;
                  case "getAttempt" -> attempt;
                  default -> {
                    try {
                      yield method.invoke(info, arguments);
                    } catch (InvocationTargetException failed) {
                      throw failed.getCause();
                    }
                  }
                });
  }
}
