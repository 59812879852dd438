package dev.homing.app.development;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A real service that Homing needs, run as a child process with its data in one folder.
 *
 * <p>It runs in its own session where the platform can do that, so that the terminal's Ctrl-C does
 * not reach it, and it outlives this JVM when that is killed: starting it on the same folder again
 * stops what was left over. Safe for use by several threads.
 */
public abstract sealed class Part permits PostgresPart, RedisPart, TemporalPart {
  final Path dir;
  final int port;
  private @Nullable PartProcess process;
  private volatile boolean over;

  Part(Path dir, int port) {
    this.dir = dir.toAbsolutePath();
    this.port = port;
  }

  /** The setting of Homing that names this part. */
  public abstract String setting();

  /** What that setting takes. */
  public abstract String url();

  public final int port() {
    return port;
  }

  /**
   * Starts it again after {@link #stop()} or {@link #kill()}, same folder and port, and returns
   * when it answers.
   *
   * @throws PartFailed with the reason in one sentence
   */
  public final synchronized void start() {
    if (process == null && !over) {
      stopLeftover();
      process = launch();
    }
    if (over) {
      throw new PartFailed("Stopped while it was starting.");
    }
  }

  /** Ends it in good order; nothing happens if it does not run. */
  public final synchronized void stop() {
    if (process != null) {
      quit();
      process.stop();
      process = null;
    }
  }

  /** Stops it, also when its start is under way, and keeps it from starting again. */
  final void end() {
    over = true;
    stop();
  }

  /** Ends it like {@code kill -9}, with every process below it. */
  public final synchronized void kill() {
    if (process != null) {
      process.kill();
      process = null;
    }
  }

  /** Freezes it: connections stay open and nobody answers. */
  public final synchronized void pause() {
    if (process != null) {
      process.pause();
    }
  }

  /** Goes on after {@link #pause()}. */
  public final synchronized void resume() {
    if (process != null) {
      process.resume();
    }
  }

  /** What its processes have spent on the CPU; not those that have ended. */
  public final synchronized Duration cpu() {
    return process == null ? Duration.ZERO : process.cpu();
  }

  /** Stops what a killed JVM left running in the folder, and clears what would block a start. */
  abstract void stopLeftover();

  abstract PartProcess launch();

  /** The part's own way to end, for one that has a better way than a signal. */
  void quit() {}
}
