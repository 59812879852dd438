package dev.homing.app.journey;

import static org.awaitility.Awaitility.await;

import dev.homing.app.development.RealParts;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Homing as a process of its own, with parts of its own that a test may stop. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class WithOwnParts {
  RealParts parts;
  HomingProcess homing;
  Api api;
  ScriptedReceiver receiver;

  @BeforeAll
  void startThem(@TempDir Path dir) {
    parts = RealParts.start(dir);
    homing = ClassesProcess.start(dir, parts);
    api = homing.api();
    awaitHealth("UP");
  }

  @AfterAll
  void stopThem() {
    homing.stop();
    parts.close();
  }

  @BeforeEach
  void listen() {
    receiver = ScriptedReceiver.start();
  }

  @AfterEach
  void listenNoMore() {
    receiver.close();
  }

  /** Starts the process again, and waits until it is ready. */
  void startAgain() {
    homing.launch();
    homing.awaitReady();
  }

  void awaitHealth(String status) {
    await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(200))
        .until(() -> homing.health(), status::equals);
  }

  int readiness() {
    return homing.management().get("/actuator/health/readiness").status();
  }
}
