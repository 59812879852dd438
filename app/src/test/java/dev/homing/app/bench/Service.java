package dev.homing.app.bench;

import dev.homing.app.development.RealParts;
import dev.homing.app.journey.Api;
import dev.homing.app.journey.HomingProcess;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Homing from its jar, started as its image starts it. */
final class Service extends HomingProcess {
  /** The image's options of the JVM, and more of them, to try them. */
  static final List<String> OPTIONS =
      Stream.concat(
              Stream.of(
                  "-Xmx1g",
                  "-XX:+ExitOnOutOfMemoryError",
                  "-XX:+UseParallelGC",
                  "--enable-native-access=ALL-UNNAMED",
                  "--sun-misc-unsafe-memory-access=allow"),
              Arrays.stream(System.getProperty("bench.options", "").split(" ", -1))
                  .filter(option -> !option.isEmpty()))
          .toList();

  private final Application application;
  private final List<String> options;
  private final @Nullable String adminKey;

  /**
   * @param options of the JVM, beyond the usual ones
   */
  Service(
      String name,
      Application application,
      Path folder,
      RealParts parts,
      Map<String, String> settings,
      List<String> options) {
    super(name, folder, parts);
    this.application = application;
    this.options = options;
    this.adminKey = settings.get("HOMING_ADMIN_KEY");
    settings.forEach(this::set);
  }

  @Override
  protected List<String> command(Map<String, String> settings) {
    return application.command(Stream.concat(OPTIONS.stream(), options.stream()).toList());
  }

  /** The key that callers need; null: none. */
  @Nullable String adminKey() {
    return adminKey;
  }

  /** Creates a tenant, and returns a key of it. */
  String createTenant(String tenant) {
    Api operator = authorized(adminKey);
    operator.post("/tenants", Map.of("name", tenant)).expect(201);
    return Api.text(
        operator
            .post("/keys", Map.of("tenant", tenant, "scopes", List.of("publish", "manage")))
            .expect(201)
            .json(),
        "key");
  }

  private Api authorized(@Nullable String key) {
    return key == null ? api() : api().authorized("Bearer " + key);
  }

  void subscribe(String url, String eventType) {
    subscribe(adminKey, url, eventType, Terms.PLAIN);
  }

  void subscribe(@Nullable String key, String url, String eventType, Terms terms) {
    authorized(key).post("/subscriptions", terms.subscription(url, eventType)).expect(201);
  }
}
