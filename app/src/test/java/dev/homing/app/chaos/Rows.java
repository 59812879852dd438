package dev.homing.app.chaos;

import static java.util.Objects.requireNonNull;

import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;
import org.springframework.util.FileSystemUtils;

/** Runs the selected rows, each run in a world of its own, and records the results. */
final class Rows implements TestTemplateInvocationContextProvider {
  /** The folder of all that the suite writes. */
  static final Path FOLDER = Path.of("target", "chaos").toAbsolutePath();

  private static final int RUNS = Integer.getInteger("chaos.runs", 1);
  private static final long SEED = Long.getLong("chaos.seed", new Random().nextInt(1, 1_000_000));
  private static final List<String> SELECTED =
      Arrays.stream(System.getProperty("chaos.rows", "all").split(",", -1))
          .map(String::strip)
          .toList();

  /** A world that must be alone writes; the others read. */
  private static final ReadWriteLock WORLDS = new ReentrantReadWriteLock(true);

  @Override
  public boolean supportsTestTemplate(ExtensionContext context) {
    return true;
  }

  @Override
  public boolean mayReturnZeroTestTemplateInvocationContexts(ExtensionContext context) {
    return true;
  }

  @Override
  public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(
      ExtensionContext context) {
    writeTable(context);
    Method method = context.getRequiredTestMethod();
    Row row = requireNonNull(method.getAnnotation(Row.class), "@Row");
    boolean selected =
        SELECTED.contains("all") || SELECTED.contains(Integer.toString(row.number()));
    return IntStream.rangeClosed(1, selected ? RUNS : 0)
        .mapToObj(run -> new Run(row, method.getName(), run));
  }

  /** Once, after the last row. */
  private static void writeTable(ExtensionContext context) {
    context
        .getRoot()
        .getStore(ExtensionContext.Namespace.create(Rows.class))
        .computeIfAbsent("table", _ -> (AutoCloseable) () -> Table.write(FOLDER));
  }

  /** One run of a row. */
  private static final class Run
      implements TestTemplateInvocationContext, ParameterResolver, InvocationInterceptor {
    private final Row row;
    private final int run;
    private final long seed;
    private final String name;
    private final Path folder;
    private @Nullable World world;

    Run(Row row, String method, int run) {
      this.row = row;
      this.run = run;
      this.seed = SEED * 1_000_000 + row.number() * 1_000L + run;
      this.name = "row-%02d-%s-%d".formatted(row.number(), method, seed);
      this.folder = FOLDER.resolve("runs").resolve(name);
    }

    @Override
    public String getDisplayName(int invocationIndex) {
      return "row %d, run %d, seed %d".formatted(row.number(), run, seed);
    }

    @Override
    public List<Extension> getAdditionalExtensions() {
      return List.of(this);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == World.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
      world = new World(folder, seed);
      return world;
    }

    @Override
    public void interceptTestTemplateMethod(
        Invocation<@Nullable Void> invocation,
        ReflectiveInvocationContext<Method> call,
        ExtensionContext context)
        throws Throwable {
      Lock lock = row.alone() ? WORLDS.writeLock() : WORLDS.readLock();
      lock.lock();
      try {
        run(requireNonNull(world), invocation);
      } finally {
        lock.unlock();
      }
    }

    private void run(World world, Invocation<@Nullable Void> invocation) throws Throwable {
      FileSystemUtils.deleteRecursively(folder);
      Files.createDirectories(folder);
      Thread ifEnded = new Thread(world::close);
      Runtime.getRuntime().addShutdownHook(ifEnded);
      List<String> complaints = new ArrayList<>();
      try (world) {
        world.startParts();
        invocation.proceed();
      } catch (Throwable failed) {
        complaints.add(failed.toString());
        throw failed;
      } finally {
        Runtime.getRuntime().removeShutdownHook(ifEnded);
        complaints.addAll(world.checker().complaints());
        result(world.checker(), complaints).write(FOLDER, name);
      }
      if (!complaints.isEmpty()) {
        throw new AssertionError(
            "row %d, seed %d, see %s: %s"
                .formatted(row.number(), seed, folder, String.join("; ", complaints)));
      }
      FileSystemUtils.deleteRecursively(folder);
    }

    private Result result(Checker checker, List<String> complaints) {
      Accounts accounts = checker.accounts();
      return new Result(
          row.number(),
          row.fault(),
          run,
          seed,
          accounts.accepted(),
          accounts.lost(),
          accounts.unexpected(),
          accounts.duplicated(),
          accounts.recovered(),
          accounts.badSignatures(),
          accounts.falseAcknowledgements(),
          accounts.longestDelay().toMillis(),
          checker.waiting(),
          complaints);
    }
  }
}
