package dev.homing.app.journey;

import dev.homing.app.Homing;
import dev.homing.app.development.Port;
import dev.homing.app.development.RealParts;
import dev.homing.workflows.SubscriptionId;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/** Homing in this JVM, on free ports. */
public final class RunningHoming implements AutoCloseable {
  /** A well-known key of 32 bytes. */
  public static final String ENCRYPTION_KEYS = "test:dGhpcnR5LXR3byBieXRlcyBmb3IgdGVzdHMgb25seSE=";

  /** The admin key of {@link #withAdminKey()}. */
  public static final String ADMIN_KEY = "a-key-that-nobody-guesses";

  private static @Nullable RunningHoming shared;
  private static @Nullable RunningHoming withAdminKey;

  private final ConfigurableApplicationContext context;

  private RunningHoming(ConfigurableApplicationContext context) {
    this.context = context;
  }

  /**
   * The instance that all tests of this JVM share, on the shared parts. A second one on the same
   * namespace of Temporal would take its tasks.
   */
  public static synchronized RunningHoming shared() {
    RunningHoming running = shared;
    if (running == null) {
      RealParts parts = RealParts.shared();
      running =
          start(
              Map.of(
                  "DATABASE_URL", parts.postgres().database("journeys"),
                  "REDIS_URL", parts.redis().url(),
                  "TEMPORAL_ADDRESS", parts.temporal().url(),
                  // Tests find an event's workflow by its id, however many events come at once.
                  "HOMING_EVENTS_PER_WORKFLOW", "1",
                  // A start takes a second while the tests of other classes keep Temporal busy.
                  "HOMING_START_SLOTS", "4"));
      shared = running;
    }
    return running;
  }

  /**
   * Starts an instance that has a database of its own, and no Redis and no Temporal: it accepts,
   * answers and makes first attempts.
   */
  public static RunningHoming startAlone(String database, Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(settings);
    all.put("DATABASE_URL", RealParts.shared().postgres().database(database));
    all.put("REDIS_URL", "redis://127.0.0.1:" + Port.free());
    all.put("TEMPORAL_ADDRESS", "127.0.0.1:" + Port.free());
    return start(all);
  }

  /**
   * Settings of an instance on the shared parts, with a database and a namespace of its own.
   *
   * @param more settings that are not the usual ones
   */
  public static Map<String, String> apart(String name, Map<String, String> more) {
    RealParts parts = RealParts.shared();
    Map<String, String> settings = new HashMap<>(more);
    settings.put("DATABASE_URL", parts.postgres().database(name));
    settings.put("REDIS_URL", parts.redis().url());
    settings.put("TEMPORAL_ADDRESS", parts.temporal().url());
    settings.put("TEMPORAL_NAMESPACE", parts.temporal().namespace(name));
    return settings;
  }

  /**
   * A shared instance that requires keys. It has no Redis and no Temporal: it starts, answers and
   * makes first attempts, and takes no tasks of the other instance. It trusts this machine as a
   * proxy.
   */
  public static synchronized RunningHoming withAdminKey() {
    RunningHoming running = withAdminKey;
    if (running == null) {
      running =
          startAlone(
              "keys", Map.of("HOMING_ADMIN_KEY", ADMIN_KEY, "HOMING_TRUSTED_PROXIES", "127.0.0.1"));
      withAdminKey = running;
    }
    return running;
  }

  /** One that shares the parts only: its database and its namespace of Temporal are its own. */
  public static RunningHoming startApart(String name, Map<String, String> more) {
    RunningHoming running = start(apart(name, more));
    running.awaitHealthy();
    return running;
  }

  public static RunningHoming apart(String name) {
    return startApart(name, Map.of());
  }

  /** Until it works with all its parts. */
  public void awaitHealthy() {
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> Api.text(management().get("/actuator/health").json(), "status"), "UP"::equals);
  }

  /** The API for the operator of {@link #withAdminKey()}. */
  public Api admin() {
    return api().authorized("Bearer " + ADMIN_KEY);
  }

  /** Starts one with these settings, by the names of their variables. */
  public static synchronized RunningHoming start(Map<String, String> settings) {
    List<String> args =
        new ArrayList<>(
            List.of(
                "--HOMING_PORT=0",
                "--HOMING_MANAGEMENT_PORT=0",
                "--HOMING_DRAIN_DELAY=0",
                "--HOMING_ENCRYPTION_KEYS=" + ENCRYPTION_KEYS));
    settings.forEach((name, value) -> args.add("--" + name + "=" + value));
    return new RunningHoming(SpringApplication.run(Homing.class, args.toArray(new String[0])));
  }

  public Api api() {
    return new Api(URI.create("http://127.0.0.1:" + port()));
  }

  public Api management() {
    return new Api(URI.create("http://127.0.0.1:" + port("local.management.port")));
  }

  public int port() {
    return port("local.server.port");
  }

  private int port(String property) {
    return Integer.parseInt(Objects.requireNonNull(context.getEnvironment().getProperty(property)));
  }

  /** All routes of the API, like {@code GET /events/{id}}. */
  public Set<String> routes() {
    return allRoutes().stream().filter(route -> !isPage(route)).collect(Collectors.toSet());
  }

  /** All routes of pages and their files, like {@code GET /ui/events/{id}}. */
  public Set<String> pages() {
    return allRoutes().stream().filter(RunningHoming::isPage).collect(Collectors.toSet());
  }

  private static boolean isPage(String route) {
    return route.matches("[A-Z]+ /(ui|assets|docs|openapi.json|portal)(/.*)?");
  }

  private Set<String> allRoutes() {
    return bean(RequestMappingHandlerMapping.class).getHandlerMethods().keySet().stream()
        .flatMap(
            route ->
                route.getMethodsCondition().getMethods().stream()
                    .flatMap(
                        method ->
                            route.getPatternValues().stream().map(path -> method + " " + path)))
        .collect(Collectors.toSet());
  }

  /** Waits until the subscription is known to fail, and moves that five days back. */
  public void ageFailures(Subscribed subscription) {
    ageFailures(subscription, Duration.ofDays(5));
  }

  /** Waits until the subscription is known to fail, and moves that back by this time. */
  public void ageFailures(Subscribed subscription, Duration age) {
    UUID id = SubscriptionId.read(subscription.id()).orElseThrow().uuid();
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                bean(JdbcClient.class)
                        .sql(
                            """
                            update failing_subscriptions
                            set failing_since = now() - :age * interval '1 second'
                            where subscription_id = :id
                            """)
                        .param("age", age.toSeconds())
                        .param("id", id)
                        .update()
                    == 1);
  }

  /** A bean of its context. */
  public <T> T bean(Class<T> type) {
    return context.getBean(type);
  }

  @Override
  public void close() {
    context.close();
  }
}
