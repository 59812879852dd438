package dev.homing.app.problem;

import java.io.IOException;
import java.io.Writer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.apache.coyote.ActionCode;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/** Makes Tomcat answer malformed requests, which reach no controller, with a problem. */
public final class ContainerProblems extends ErrorReportValve {
  @Override
  protected void report(Request request, Response response, @Nullable Throwable failure) {
    if (response.getStatus() >= 400
        && response.getContentWritten() == 0
        && response.setErrorReported()
        && isConnected(response)) {
      try {
        answer(response);
      } catch (IOException e) {
        // The caller has disconnected.
      }
    }
  }

  private static boolean isConnected(Response response) {
    AtomicBoolean connected = new AtomicBoolean();
    response.getCoyoteResponse().action(ActionCode.IS_IO_ALLOWED, connected);
    return connected.get();
  }

  private static void answer(Response response) throws IOException {
    HttpStatus known = HttpStatus.resolve(response.getStatus());
    HttpStatus status = known == null ? HttpStatus.BAD_REQUEST : known;
    response.setContentType("application/problem+json");
    response.setHeader("Cache-Control", "no-store");
    response.setHeader("X-Content-Type-Options", "nosniff");
    Writer writer = response.getReporter();
    if (writer != null) {
      writer.write(
          """
          {"detail":"%s","status":%d,"title":"%s","type":"%s"}\
          """
              .formatted(
                  ContainerErrors.detail(status),
                  response.getStatus(),
                  status.getReasonPhrase(),
                  ProblemType.of(status.value())
                      .map(type -> type.uri().toString())
                      .orElse("about:blank")));
      response.finishResponse();
    }
  }
}
