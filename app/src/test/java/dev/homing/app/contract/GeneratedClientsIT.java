package dev.homing.app.contract;

import dev.homing.app.journey.RunningHoming;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Clients that generators make of the OpenAPI document compile, publish an event and read it. */
class GeneratedClientsIT {
  @Test
  void python() throws IOException, InterruptedException {
    Tool tool = Tool.in("python");
    Path programs = tool.python("openapi-python-client==0.29.1");
    tool.run(
        programs.resolve("openapi-python-client").toString(),
        "generate",
        "--path",
        Tool.document(),
        "--output-path",
        "client",
        "--overwrite");
    tool.python("./client");
    try (RunningHoming homing = RunningHoming.apart("python-client")) {
      tool.run(
          programs.resolve("python").toString(),
          Tool.SOURCES.resolve("publish.py").toString(),
          homing.api().base().toString());
    }
  }

  @Test
  void typescript() throws IOException, InterruptedException {
    Tool tool = Tool.in("typescript");
    tool.copy(Tool.SOURCES.resolve("typescript"));
    tool.run("npm", "install", "--silent", "--no-audit", "--no-fund");
    tool.run("npx", "openapi-typescript", Tool.document(), "--output", "homing.d.ts");
    tool.run("npx", "tsc");
    try (RunningHoming homing = RunningHoming.apart("typescript-client")) {
      tool.run("node", "publish.js", homing.api().base().toString());
    }
  }

  @Test
  void java() throws IOException, InterruptedException {
    Tool tool = Tool.in("java");
    try (RunningHoming homing = RunningHoming.apart("java-client")) {
      tool.run(
          "mvn",
          "-B",
          "-q",
          "-ntp",
          "-f",
          Tool.SOURCES.resolve("java").toString(),
          "verify",
          "-Ddocument=" + Tool.document(),
          "-Dbuild.folder=" + Path.of("target/contract/java").toAbsolutePath(),
          "-Dhoming=" + homing.api().base());
    }
  }
}
