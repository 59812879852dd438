package dev.homing.app.chaos;

import static java.util.stream.Collectors.groupingBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;

/** The results of all runs, one line per fault. */
final class Table {
  private static final String HEAD =
      """
      | row | fault | runs | accepted | lost | unexpected | duplicated | longest delay | verdict |
      |---|---|---|---|---|---|---|---|---|
      """;

  private Table() {}

  /** Prints it, and writes it beside the results as {@code table.md}. */
  static void write(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    String table = of(Result.readAll(folder));
    Files.writeString(folder.resolve("table.md"), table);
    System.out.println(table);
  }

  static String of(List<Result> results) {
    return results.stream()
        .collect(
            groupingBy(
                result -> "%02d %s".formatted(result.row(), result.fault()),
                TreeMap::new,
                Collectors.toList()))
        .values()
        .stream()
        .map(Table::line)
        .collect(Collectors.joining("\n", HEAD, "\n"));
  }

  private static String line(List<Result> runs) {
    long holds = runs.stream().filter(Result::holds).count();
    long longest = runs.stream().mapToLong(Result::longestDelayMillis).max().orElse(0);
    return "| %d | %s | %d | %d | %d | %d | %d | %s | %s |"
        .formatted(
            runs.getFirst().row(),
            runs.getFirst().fault(),
            runs.size(),
            sum(runs, Result::accepted),
            sum(runs, Result::lost),
            sum(runs, Result::unexpected),
            sum(runs, Result::duplicated),
            String.format(Locale.ROOT, "%.1f s", longest / 1000.0),
            holds == runs.size() ? "holds" : "**fails in %d**".formatted(runs.size() - holds));
  }

  private static int sum(List<Result> runs, ToIntFunction<Result> of) {
    return runs.stream().mapToInt(of).sum();
  }
}
