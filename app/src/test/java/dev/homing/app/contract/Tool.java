package dev.homing.app.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/** Commands of other languages' tools, in a folder of the build. */
final class Tool {
  private static final Path DOCUMENT = Path.of("../docs/openapi.json").toAbsolutePath().normalize();

  /** What the tools need from this repository. */
  static final Path SOURCES = Path.of("src/test/contract").toAbsolutePath();

  private final Path folder;

  private Tool(Path folder) {
    this.folder = folder;
  }

  static Tool in(String name) throws IOException {
    return new Tool(Files.createDirectories(Path.of("target/contract", name).toAbsolutePath()));
  }

  /** The committed document. */
  static String document() {
    return DOCUMENT.toString();
  }

  /** A Python environment with these packages from PyPI; returns its folder of programs. */
  Path python(String... packages) throws IOException, InterruptedException {
    Path programs = folder.resolve("venv/bin");
    if (!Files.exists(programs)) {
      run("python3", "-m", "venv", "venv");
    }
    List<String> install =
        List.of(
            programs.resolve("pip").toString(),
            "install",
            "--quiet",
            "--disable-pip-version-check");
    run(Stream.concat(install.stream(), Stream.of(packages)).toArray(String[]::new));
    return programs;
  }

  /** Puts the files of a folder into this one. */
  void copy(Path sources) throws IOException {
    try (Stream<Path> files = Files.list(sources)) {
      for (Path file : files.toList()) {
        Files.copy(file, folder.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  /**
   * Runs a command to its end, which must be a success. Its output is in {@code output.txt}, as
   * standard output belongs to the test runner.
   */
  void run(String... command) throws IOException, InterruptedException {
    Path output = folder.resolve("output.txt");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      int status = process.waitFor();
      assertThat(status).as(() -> List.of(command) + "\n" + read(output)).isZero();
    } finally {
      process.destroyForcibly();
    }
  }

  private static String read(Path output) {
    try {
      return Files.readString(output);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
