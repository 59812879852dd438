package dev.homing.app;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The pictures of the documentation: each that it names exists, and it names each that exists. */
class PicturesTest {
  private static final Path ROOT = root();
  private static final Path PICTURES = ROOT.resolve("docs/screens");
  private static final Pattern PICTURE = Pattern.compile("screens/([a-z-]+\\.png)");

  @Test
  void areThoseThatTheDocumentationNames() throws IOException {
    Set<String> named = new TreeSet<>();
    for (Path text : new Path[] {ROOT.resolve("README.md"), ROOT.resolve("docs/operations.md")}) {
      PICTURE.matcher(Files.readString(text)).results().forEach(match -> named.add(match.group(1)));
    }
    try (Stream<Path> files = Files.list(PICTURES)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .isNotEmpty()
          .containsExactlyInAnyOrderElementsOf(named);
    }
  }

  private static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(folder.resolve(".mvn"))) {
      folder = requireNonNull(folder.getParent(), "not in a checkout");
    }
    return folder;
  }
}
