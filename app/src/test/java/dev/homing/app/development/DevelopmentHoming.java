package dev.homing.app.development;

import static org.awaitility.Awaitility.await;

import dev.homing.app.Homing;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringApplicationRunListener;
import org.springframework.boot.bootstrap.ConfigurableBootstrapContext;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.PropertyResolver;
import org.springframework.core.env.SimpleCommandLinePropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * Homing with everything it needs: the parts that no setting names, and a sample receiver.
 *
 * <p>What is set already ({@code DATABASE_URL}, {@code REDIS_URL}, {@code TEMPORAL_ADDRESS}) is
 * used and not started. All data stays in {@code .homing/} of the checkout.
 */
public final class DevelopmentHoming {
  /** In UTF-8, whatever the terminal said: the receipts have a check mark. */
  private static final PrintStream OUT =
      new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);

  private final HomingFolder folder = HomingFolder.ofCheckout();
  private final PropertyResolver settings;
  private final Port api;
  private final Port management;
  private final Port temporal;
  private final Port temporalUi;
  private final Port receiver;

  private DevelopmentHoming(PropertyResolver settings) {
    this.settings = settings;
    this.api = port("Homing's API", "HOMING_PORT", 8080);
    this.management = port("Homing's management", "HOMING_MANAGEMENT_PORT", 8081);
    this.temporal = port("Temporal", "HOMING_DEV_TEMPORAL_PORT", 7233);
    this.temporalUi = port("Temporal's Web UI", "HOMING_DEV_TEMPORAL_UI_PORT", 8233);
    this.receiver = port("the sample receiver", "HOMING_DEV_RECEIVER_PORT", 8090);
  }

  public static void main(String[] args) {
    // What the libraries say before Spring configures the log is in nobody's way.
    LoggingSystem.get(DevelopmentHoming.class.getClassLoader()).beforeInitialize();
    StandardEnvironment settings = new StandardEnvironment();
    settings.getPropertySources().addFirst(new SimpleCommandLinePropertySource(args));
    try {
      new DevelopmentHoming(settings).run(args);
    } catch (PartFailed failed) {
      System.err.println(failed.getMessage());
      System.exit(1);
    } catch (RuntimeException alreadySaid) {
      // Spring has logged it; the threads of the receiver would keep this JVM.
      System.exit(1);
    }
  }

  private void run(String[] args) {
    folder.keepForThisJvm(OUT::println);
    endWithParent();
    RealParts.stopLeftover(folder.path());
    ports().forEach(Port::mustBeFree);
    List<Part> parts = partsToStart();
    AtTheEnd.run(() -> parts.reversed().forEach(Part::end));
    OUT.println("Starting what Homing needs; its data and logs are in " + folder.path());
    RealParts.startTogether(parts);
    SampleReceiver.start(
        receiver.number(), SampleReceiver.SECRET, url(api) + "/ui/first-steps", OUT::println);
    SpringApplication.withHook(application -> new Around(parts), () -> Homing.main(readable(args)));
  }

  /** Production logs JSON; a person at a terminal reads lines. */
  private static String[] readable(String[] args) {
    return Stream.concat(
            Stream.of(
                "--logging.structured.format.console=",
                "--logging.pattern.console=%d{HH:mm:ss.SSS}  %-5level %msg %kvp{NONE}%n%wEx",
                "--logging.level.root=warn",
                "--logging.level.homing=info",
                "--logging.level.dev.homing=info"),
            Stream.of(args))
        .toArray(String[]::new);
  }

  /** Maven passes on every way to end it but {@code kill -9}: then this JVM gets another parent. */
  private static void endWithParent() {
    ProcessHandle jvm = ProcessHandle.current();
    Optional<ProcessHandle> parent = jvm.parent();
    Thread.ofVirtual()
        .start(
            () -> {
              await().forever().until(() -> !jvm.parent().equals(parent));
              System.exit(0);
            });
  }

  private List<Port> ports() {
    return isMissing("TEMPORAL_ADDRESS")
        ? List.of(api, management, temporal, temporalUi, receiver)
        : List.of(api, management, receiver);
  }

  private List<Part> partsToStart() {
    List<Part> parts = new ArrayList<>();
    if (isMissing("DATABASE_URL")) {
      parts.add(new PostgresPart(folder.path(), Port.free()));
    }
    if (isMissing("REDIS_URL")) {
      parts.add(new RedisPart(folder.path(), Port.free()));
    }
    if (isMissing("TEMPORAL_ADDRESS")) {
      parts.add(new TemporalPart(folder.path(), temporal.number(), temporalUi.number()));
    }
    return parts;
  }

  private boolean isMissing(String setting) {
    return settings.getProperty(setting, "").isBlank();
  }

  private Port port(String use, String setting, int usual) {
    return new Port(use, settings.getProperty(setting, Integer.class, usual), setting);
  }

  private String banner(List<Part> parts) {
    return """

    Homing is ready.
      Dashboard        %1$s/ui
      API              %1$s
      Management       %2$s/actuator/health
      Temporal Web UI  %3$s
      Temporal CLI     %6$s
      Sample receiver  %4$s/ok, /status/503, /slow?seconds=30, /down
      Its inbox        %4$s/
      Data             %5$s (delete it to begin anew)
    Open the dashboard, or try
      curl -X POST %1$s/webhooks/demo.hello -H 'Content-Type: application/json' -d '{"hello":"world"}'
    """
        .formatted(
            url(api),
            url(management),
            isMissing("TEMPORAL_ADDRESS") ? url(temporalUi) : "that of your own server",
            url(receiver),
            folder.path(),
            parts.stream()
                .filter(TemporalPart.class::isInstance)
                .map(TemporalPart.class::cast)
                .map(TemporalPart::alias)
                .findFirst()
                .orElse("that of your own server"));
  }

  private static String url(Port port) {
    return "http://127.0.0.1:" + port.number();
  }

  /** Gives Homing its settings before it starts, and tells how to use it after. */
  private final class Around implements SpringApplicationRunListener {
    private final List<Part> parts;

    Around(List<Part> parts) {
      this.parts = parts;
    }

    @Override
    public void environmentPrepared(
        ConfigurableBootstrapContext bootstrap, ConfigurableEnvironment environment) {
      Map<String, Object> found = new HashMap<>();
      parts.forEach(part -> found.put(part.setting(), part.url()));
      if (isMissing("HOMING_ENCRYPTION_KEYS")) {
        found.put("HOMING_ENCRYPTION_KEYS", folder.encryptionKey());
      }
      if (isMissing("TEMPORAL_ADDRESS") && isMissing("HOMING_TEMPORAL_UI")) {
        found.put("HOMING_TEMPORAL_UI", url(temporalUi));
      }
      // Read like environment variables, which is what the settings are in production.
      environment
          .getPropertySources()
          .addFirst(new SystemEnvironmentPropertySource("development-systemEnvironment", found));
    }

    @Override
    public void ready(ConfigurableApplicationContext context, @Nullable Duration timeTaken) {
      SampleSubscription sample =
          new SampleSubscription(
              URI.create(url(api)),
              Optional.ofNullable(settings.getProperty("HOMING_ADMIN_KEY"))
                  .filter(k -> !k.isBlank()),
              url(receiver) + "/ok");
      OUT.println(sample.register());
      OUT.println(banner(parts));
    }
  }
}
