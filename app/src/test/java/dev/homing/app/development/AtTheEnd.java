package dev.homing.app.development;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringApplication.AbandonedRunException;

/** The moment when this JVM ends and Spring, if it was used, has closed its contexts. */
final class AtTheEnd {
  private AtTheEnd() {}

  static void run(Runnable act) {
    makeSpringListen();
    SpringApplication.getShutdownHandlers().add(act);
  }

  // Spring calls its handlers only once an application has been run; this one ends as it begins.
  private static void makeSpringListen() {
    try {
      SpringApplication.withHook(
          application -> {
            throw new AbandonedRunException();
          },
          () -> new SpringApplication(AtTheEnd.class).run());
    } catch (AbandonedRunException asWanted) {
      // Nothing was started.
    }
  }
}
