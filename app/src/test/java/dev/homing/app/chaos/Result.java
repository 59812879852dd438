package dev.homing.app.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;

/**
 * The result of one run of a row.
 *
 * @param recovered deliveries of calls of which the client did not know whether they were accepted
 * @param waiting deliveries that waited when the faults were over, and whose places were compared
 * @param complaints why the row does not hold; empty: it does
 */
record Result(
    int row,
    String fault,
    int run,
    long seed,
    int accepted,
    int lost,
    int unexpected,
    int duplicated,
    int recovered,
    int badSignatures,
    int falseAcknowledgements,
    long longestDelayMillis,
    int waiting,
    List<String> complaints) {
  private static final JsonMapper JSON = JsonMapper.shared();

  boolean holds() {
    return complaints.isEmpty();
  }

  void write(Path folder, String name) {
    try {
      Files.createDirectories(folder);
      Files.write(folder.resolve(name + ".json"), JSON.writeValueAsBytes(this));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** All that were ever written there. */
  static List<Result> readAll(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.toString().endsWith(".json"))
          .sorted()
          .map(file -> JSON.readValue(file.toFile(), Result.class))
          .toList();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
