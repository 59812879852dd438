import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;

/** Checks, or repairs, the format of every Java file below a folder with google-java-format. */
void main(String[] args) throws Exception {
  boolean repair = args[0].equals("repair");
  List<String> call =
      new ArrayList<>(repair ? List.of("--replace") : List.of("--dry-run", "--set-exit-if-changed"));
  try (var paths = Files.walk(Path.of(args[1]))) {
    paths
        .map(Path::toString)
        .filter(path -> path.endsWith(".java") && path.contains("/src/"))
        .sorted()
        .forEach(call::add);
  }
  int exit =
      ToolProvider.findFirst("google-java-format")
          .orElseThrow()
          .run(System.out, System.err, call.toArray(new String[0]));
  if (exit != 0) {
    System.err.println("Not formatted: `mvn -N verify -Dformat=repair` repairs the files named above.");
  }
  System.exit(exit);
}
