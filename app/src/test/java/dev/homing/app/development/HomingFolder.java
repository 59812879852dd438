package dev.homing.app.development;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The folder {@code .homing/} of a checkout, where the data of its Homing stays. */
record HomingFolder(Path path) {
  /** Only held: collected as garbage it would be released. */
  @SuppressWarnings("UnusedVariable")
  private static @Nullable FileLock held;

  /** In the nearest folder above the current one that has {@code .mvn/}: the checkout's root. */
  static HomingFolder ofCheckout() {
    Path current = Path.of("").toAbsolutePath();
    Path root =
        Stream.iterate(Optional.of(current), Optional::isPresent, HomingFolder::above)
            .flatMap(Optional::stream)
            .filter(folder -> Files.isDirectory(folder.resolve(".mvn")))
            .findFirst()
            .orElse(current);
    return new HomingFolder(root.resolve(".homing"));
  }

  private static Optional<Path> above(Optional<Path> folder) {
    return folder.map(Path::getParent);
  }

  /**
   * Keeps a second Homing out of the folder until this JVM ends.
   *
   * <p>One whose Maven was killed is ended first; it runs on without a terminal.
   */
  void keepForThisJvm(Consumer<String> say) {
    try {
      Files.createDirectories(path);
      FileChannel channel =
          FileChannel.open(
              path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = channel.tryLock();
      if (lock == null) {
        endOrphan(say);
        lock = channel.lock();
      }
      held = lock;
      Files.writeString(owner(), Owner.ofThisJvm().write() + "\n");
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private void endOrphan(Consumer<String> say) throws IOException {
    Optional<Owner> owner = Owner.read(Files.readString(owner()));
    Optional<ProcessHandle> orphan =
        owner.filter(Owner::isOrphan).map(Owner::jvm).flatMap(KnownProcess::running);
    if (orphan.isEmpty()) {
      throw new PartFailed(
          "Homing runs already in this checkout%s: end it first."
              .formatted(owner.map(o -> ", as process " + o.jvm().pid()).orElse("")));
    }
    say.accept("Ending the Homing that was left running (process " + orphan.get().pid() + ")");
    KnownProcess.stop(orphan.get());
  }

  private Path owner() {
    return path.resolve("homing.pid");
  }

  /** {@code id:base64} of a key made at the first call, for the owner's eyes only. */
  String encryptionKey() {
    Path file = path.resolve("encryption.key");
    try {
      if (!Files.exists(file)) {
        byte[] key = new byte[32];
        new SecureRandom().nextBytes(key);
        // Temporary files are readable by their owner only; moved, so that it is never half there.
        Path made = Files.createTempFile(path, "encryption", ".key");
        Files.writeString(made, "development:" + Base64.getEncoder().encodeToString(key) + "\n");
        Files.move(made, file, StandardCopyOption.ATOMIC_MOVE);
      }
      return Files.readString(file).strip();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private record Owner(KnownProcess jvm, KnownProcess parent) {
    static Owner ofThisJvm() {
      ProcessHandle jvm = ProcessHandle.current();
      return new Owner(KnownProcess.of(jvm), KnownProcess.of(jvm.parent().orElse(jvm)));
    }

    static Optional<Owner> read(String text) {
      String[] words = text.strip().split(" ", -1);
      return words.length == 2
          ? KnownProcess.read(words[0])
              .flatMap(jvm -> KnownProcess.read(words[1]).map(parent -> new Owner(jvm, parent)))
          : Optional.empty();
    }

    String write() {
      return jvm.write() + " " + parent.write();
    }

    boolean isOrphan() {
      return parent.running().isEmpty();
    }
  }
}
