package dev.homing.app.development;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class SharedPartsIT {
  @Test
  void areTheSameForAllTests() {
    assertThat(RealParts.shared()).isSameAs(RealParts.shared());
    assertThat(RealParts.shared().temporal().cli("operator", "cluster", "health"))
        .contains("SERVING");
  }

  @Test
  void endWithTheirJvmEvenWithoutSpring() throws IOException, InterruptedException {
    Process jvm =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-cp",
                System.getProperty("java.class.path"),
                SharedPartsUser.class.getName())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    List<String> pids;
    try (BufferedReader output = jvm.inputReader()) {
      pids = output.lines().filter(line -> line.startsWith("pid ")).toList();
    }

    assertThat(jvm.waitFor()).isZero();
    assertThat(pids)
        .hasSize(3)
        .allSatisfy(
            pid ->
                assertThat(KnownProcess.read(pid.substring(4)).orElseThrow().running()).isEmpty());
  }

  /** Another JVM: starts the shared parts, tells their processes and ends. */
  static final class SharedPartsUser {
    private SharedPartsUser() {}

    public static void main(String[] args) throws IOException {
      Path dir = RealParts.shared().temporal().dir;
      for (String name : List.of("postgres", "redis", "temporal")) {
        System.out.println("pid " + Files.readString(dir.resolve(name + ".pid")).strip());
      }
    }
  }
}
