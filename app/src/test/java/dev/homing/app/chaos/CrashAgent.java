package dev.homing.app.chaos;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.ProtectionDomain;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.jspecify.annotations.Nullable;

/**
 * Makes a node stop at a {@link CrashPoint}: a Java agent, so that the product knows nothing of it.
 *
 * <p>The nth thread to reach the point, and every later one, waits there for ever; a file records
 * that it was reached. A point that no longer exists in the code ends the node.
 */
public final class CrashAgent implements ClassFileTransformer {
  private static final AtomicInteger LEFT = new AtomicInteger();
  private static volatile Path reached = Path.of("");

  private final CrashPoint point;

  private CrashAgent(CrashPoint point) {
    this.point = point;
  }

  /** Writes the agent as a jar into the folder, with this class and its dependencies. */
  static Path jar(Path folder) {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().putValue("Premain-Class", CrashAgent.class.getName());
    Path jar = folder.resolve("crash-agent.jar");
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(file, manifest)) {
      for (Class<?> type :
          new Class<?>[] {CrashAgent.class, Stop.class, CrashPoint.class, CrashPoint.When.class}) {
        String name = type.getName().replace('.', '/') + ".class";
        entries.putNextEntry(new JarEntry(name));
        try (InputStream bytes = type.getClassLoader().getResourceAsStream(name)) {
          Objects.requireNonNull(bytes, name).transferTo(entries);
        }
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    return jar;
  }

  /** The point counts once this file exists, so that warming up does not. */
  static Path armed(Path reached) {
    return reached.resolveSibling(reached.getFileName() + ".armed");
  }

  /** The JVM's option for that jar. */
  static String option(Path jar, CrashPoint point, int nth, Path file) {
    return "-javaagent:%s=%s:%d:%s".formatted(jar, point, nth, file);
  }

  /** Called by the JVM, before the node's own main. */
  public static void premain(String options, Instrumentation instrumentation) {
    String[] parts = options.split(":", 3);
    LEFT.set(Integer.parseInt(parts[1]));
    reached = Path.of(parts[2]);
    instrumentation.addTransformer(new CrashAgent(CrashPoint.valueOf(parts[0])));
  }

  @Override
  public byte @Nullable [] transform(
      @Nullable ClassLoader loader,
      String name,
      @Nullable Class<?> redefined,
      @Nullable ProtectionDomain domain,
      byte[] bytes) {
    if (!name.equals(point.owner().replace('.', '/'))) {
      return null;
    }
    try {
      return instrument(point, bytes, loader);
    } catch (RuntimeException | Error gone) {
      // The JVM would continue without the agent, and the row would test nothing.
      gone.printStackTrace();
      Runtime.getRuntime().halt(99);
      return null;
    }
  }

  /**
   * The class with a stop at the point.
   *
   * @throws IllegalStateException if the point is not in it
   */
  static byte[] instrument(CrashPoint point, byte[] bytes, @Nullable ClassLoader loader) {
    ClassHierarchyResolver types =
        loader == null
            ? ClassHierarchyResolver.defaultResolver()
            : ClassHierarchyResolver.ofResourceParsing(loader);
    ClassFile classFile = ClassFile.of(ClassFile.ClassHierarchyResolverOption.of(types));
    ClassModel type = classFile.parse(bytes);
    Stop stop = new Stop(point, new AtomicInteger());
    byte[] instrumented =
        classFile.transformClass(type, ClassTransform.transformingMethodBodies(point::isIn, stop));
    if (!point.isIn(type) || stop.places().get() == 0) {
      throw new IllegalStateException("there is no " + point + " in " + point.owner());
    }
    return instrumented;
  }

  /** Puts the call into the method. */
  private record Stop(CrashPoint point, AtomicInteger places) implements CodeTransform {
    @Override
    public void atStart(CodeBuilder code) {
      if (point.when == CrashPoint.When.AT_THE_BEGINNING) {
        put(code);
      }
    }

    @Override
    public void accept(CodeBuilder code, CodeElement element) {
      boolean here = point.isAt(element);
      if (here && point.when != CrashPoint.When.AFTER_A_CALL) {
        put(code);
      }
      code.with(element);
      if (here && point.when == CrashPoint.When.AFTER_A_CALL) {
        put(code);
      }
    }

    private void put(CodeBuilder code) {
      code.invokestatic(
          ClassDesc.of(CrashAgent.class.getName()),
          "pass",
          MethodTypeDesc.of(ConstantDescs.CD_void));
      places.incrementAndGet();
    }
  }

  /** Called by the node at the point. */
  public static void pass() {
    if (!Files.exists(armed(reached))) {
      return;
    }
    int left = LEFT.decrementAndGet();
    if (left == 0) {
      try {
        Files.createFile(reached);
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      }
    }
    while (left <= 0) {
      LockSupport.park();
      var unused = Thread.interrupted(); // Or it would not park again.
    }
  }
}
