package dev.homing.app.development;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Where programs are kept that all checkouts of this user share. */
final class CacheFolder {
  private CacheFolder() {}

  static Path of(Map<String, String> environment, String program) {
    return Optional.ofNullable(environment.get("XDG_CACHE_HOME"))
        .filter(folder -> !folder.isBlank())
        .map(Path::of)
        .orElseGet(() -> Path.of(System.getProperty("user.home"), ".cache"))
        .resolve(Path.of("homing", program))
        .toAbsolutePath();
  }
}
