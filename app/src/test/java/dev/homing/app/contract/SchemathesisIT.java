package dev.homing.app.contract;

import dev.homing.app.journey.RunningHoming;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Schemathesis makes requests from the OpenAPI document: no answer is a 5xx, except 508 for an
 * event that loops, and each has a status, a media type, headers and a body that the document
 * declares.
 */
class SchemathesisIT {
  private static final String VERSION = "4.32.5";

  @Test
  void everyAnswerIsAsTheDocumentSays() throws IOException, InterruptedException {
    Tool tool = Tool.in("schemathesis");
    tool.copy(Tool.SOURCES.resolve("schemathesis"));
    Path programs = tool.python("schemathesis==" + VERSION);
    try (RunningHoming homing =
        RunningHoming.startApart(
            "schemathesis", Map.of("HOMING_DENY_DESTINATIONS", "0.0.0.0/0, ::/0"))) {
      tool.run(
          programs.resolve("schemathesis").toString(),
          "run",
          Tool.document(),
          "--url",
          homing.api().base().toString(),
          "--checks",
          "not_a_server_error,status_code_conformance,content_type_conformance,"
              + "response_headers_conformance,response_schema_conformance",
          "--max-time",
          System.getProperty("contract.time", "60"),
          "--continue-on-failure",
          "--suppress-health-check",
          "all",
          "--warnings",
          "off");
    }
  }
}
