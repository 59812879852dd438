package dev.homing.app;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.config.YamlMapFactoryBean;
import org.springframework.core.io.FileSystemResource;

/** No engine runs here, so at least what the files say of each other and of Homing must be true. */
class DeployFilesTest {
  private static final Path ROOT = root();
  private static final Path DEPLOY = ROOT.resolve("deploy");
  private static final Pattern SETTING = Pattern.compile("\\$\\{([A-Z_]+):([^}]*)}");
  private static final Pattern REQUIRED = Pattern.compile("\\$\\{([A-Z_]+):\\?[^}]*}");
  private static final Pattern SECRET = Pattern.compile(".*(PASSWORD|PWD|KEYS?|SECRET|TOKEN)");
  private static final Pattern PASSWORD_IN_URL = Pattern.compile("://[^:/@]*:(.*)@");

  private final Map<String, @Nullable Object> compose =
      yaml(DEPLOY.resolve("temporal-compose.yml"));
  private final Map<String, @Nullable Object> services = map(compose.get("services"));

  @Test
  void hasAllThatHomingNeedsAndHoming() {
    assertThat(services)
        .containsOnlyKeys(
            "postgres",
            "redis",
            "temporal-schema",
            "temporal-visibility",
            "temporal",
            "temporal-namespace",
            "temporal-ui",
            "homing");
  }

  @Test
  void startsOnlyWithAnAdminKeyAndEncryptionKeys() {
    Map<String, @Nullable Object> given = environment("homing");

    for (String key : List.of("HOMING_ADMIN_KEY", "HOMING_ENCRYPTION_KEYS")) {
      assertThat(given).hasEntrySatisfying(key, isRequired(key));
    }
  }

  @Test
  void givesHomingSettingsThatItHas() {
    assertThat(settings().keySet()).containsAll(environment("homing").keySet());
  }

  /** Of its own Temporal, the file knows the address; ports of the host lead to the defaults. */
  @Test
  void passesEverySettingOfTheExampleOn() {
    Set<String> passed = new TreeSet<>(environment("homing").keySet());
    passed.addAll(Set.of("HOMING_PORT", "HOMING_MANAGEMENT_PORT"));

    assertThat(settings().keySet())
        .filteredOn(name -> !name.matches("TEMPORAL_(API_KEY|TLS.*)"))
        .isSubsetOf(passed);
  }

  @Test
  void tellsHomingWhereTheOthersAre() {
    Map<String, @Nullable Object> given = environment("homing");

    assertThat(text(given.get("DATABASE_URL"))).endsWith("@postgres:5432/homing");
    assertThat(text(given.get("REDIS_URL"))).isEqualTo("redis://redis:6379");
    assertThat(text(given.get("TEMPORAL_ADDRESS"))).isEqualTo("temporal:7233");
  }

  @Test
  void acceptsEventsWithoutWaitingForRedisOrTemporal() {
    assertThat(map(service("homing").get("depends_on"))).containsOnlyKeys("postgres");
  }

  @Test
  void holdsNoSecret() {
    for (String service : services.keySet()) {
      environment(service)
          .forEach(
              (name, value) -> {
                if (SECRET.matcher(name).matches()) {
                  assertThat(text(value)).as(service + " " + name).matches(REQUIRED);
                }
                var inUrl = PASSWORD_IN_URL.matcher(text(value));
                if (inUrl.find()) {
                  assertThat(inUrl.group(1)).as(service + " " + name).matches(REQUIRED);
                }
              });
    }
  }

  @Test
  void keepsTheDataOfPostgresInAVolume() {
    assertThat(texts(service("postgres").get("volumes")))
        .containsExactly("postgres:/var/lib/postgresql");
  }

  @Test
  void mountsVolumesThatAreDeclaredAndFoldersThatExist() {
    Set<String> used = new TreeSet<>();
    for (String service : services.keySet()) {
      for (String mount : texts(service(service).get("volumes"))) {
        String source = mount.substring(0, mount.indexOf(':'));
        if (source.startsWith("./")) {
          assertThat(DEPLOY.resolve(source)).as(mount).isDirectory();
        } else {
          used.add(source);
        }
      }
    }
    assertThat(map(compose.get("volumes")).keySet()).isEqualTo(used);
  }

  @Test
  void waitsForServicesThatBecomeWhatIsWaitedFor() {
    for (String service : services.keySet()) {
      map(service(service).get("depends_on"))
          .forEach(
              (other, how) -> {
                assertThat(services).as(service + " waits for").containsKey(other);
                String condition = text(map(how).get("condition"));
                assertThat(service(other))
                    .as("%s waits for %s: %s", service, other, condition)
                    .satisfies(
                        waitedFor -> {
                          switch (condition) {
                            case "service_healthy" ->
                                assertThat(waitedFor).containsKey("healthcheck");
                            case "service_completed_successfully" ->
                                assertThat(text(waitedFor.get("restart"))).startsWith("on-failure");
                            default -> throw new AssertionError(condition);
                          }
                        });
              });
    }
  }

  @Test
  void asksForTheHealthOfWhatKeepsRunning() {
    for (String service : List.of("postgres", "redis", "temporal")) {
      assertThat(texts(map(service(service).get("healthcheck")).get("test")))
          .as(service)
          .hasSizeGreaterThan(1);
    }
  }

  @Test
  void restartsWhatFails() {
    for (String service : services.keySet()) {
      assertThat(text(service(service).get("restart")))
          .as(service)
          .matches("unless-stopped|on-failure:10");
    }
  }

  @Test
  void showsTheNetworkNothingButTheApi() {
    List<String> open = new ArrayList<>();
    for (String service : services.keySet()) {
      texts(service(service).get("ports")).stream()
          .filter(port -> !port.startsWith("127.0.0.1:"))
          .forEach(open::add);
    }
    String api = requireNonNull(settings().get("HOMING_PORT"));
    assertThat(open).containsExactly("${HOMING_PORT:-%1$s}:%1$s".formatted(api));
  }

  @Test
  void usesOneVersionOfTemporalAndNamesTheVersionOfEverythingElse() {
    assertThat(image("temporal")).isEqualTo("temporalio/server:1.31.2");
    assertThat(image("temporal-schema")).isEqualTo("temporalio/admin-tools:1.31.2");
    assertThat(image("temporal-namespace")).isEqualTo("temporalio/admin-tools:1.31.2");
    assertThat(image("temporal-visibility")).isEqualTo(image("postgres"));
    for (String service : services.keySet()) {
      if (!service(service).containsKey("build")) {
        assertThat(image(service)).as(service).matches("[a-z/-]+:[0-9].*");
      }
    }
  }

  @Test
  void givesTemporalDynamicConfigThatItCanRead() {
    String path = text(environment("temporal").get("DYNAMIC_CONFIG_FILE_PATH"));
    String folder = "/etc/temporal/dynamicconfig";
    assertThat(texts(service("temporal").get("volumes")))
        .containsExactly("./temporal:%s:ro".formatted(folder));
    assertThat(path).startsWith(folder + "/");

    Map<String, @Nullable Object> config =
        yaml(DEPLOY.resolve("temporal").resolve(path.substring(folder.length() + 1)));

    assertThat(config).containsKey("frontend.namespaceRPS.visibility");
    config.forEach(
        (key, values) -> {
          assertThat(key).matches("(frontend|history|matching|system)(\\.[a-zA-Z]+)+");
          assertThat(values)
              .as(key)
              .isInstanceOfSatisfying(
                  List.class,
                  list -> {
                    for (Object value : list) {
                      assertThat(map(value)).as(key).containsOnlyKeys("value");
                    }
                  });
        });
  }

  @Test
  void listsEverySettingWithItsDefaultInTheExample() {
    Map<String, String> example = new TreeMap<>();
    Pattern.compile("^([A-Z_]+)=(.*)$", Pattern.MULTILINE)
        .matcher(read(ROOT.resolve(".env.example")))
        .results()
        .forEach(line -> example.put(line.group(1), line.group(2)));

    assertThat(example).isEqualTo(settings());
  }

  @Test
  void explainsEverySettingInTheExample() {
    List<String> lines = read(ROOT.resolve(".env.example")).lines().toList();

    for (int line = 1; line < lines.size(); line++) {
      if (lines.get(line).matches("[A-Z_]+=.*")) {
        assertThat(lines.get(line - 1)).as(lines.get(line)).startsWith("# ");
      }
    }
  }

  @Test
  void namesInTheExampleWhatTheComposeFileRequires() {
    String example = read(ROOT.resolve(".env.example"));

    assertThat(
            REQUIRED
                .matcher(read(DEPLOY.resolve("temporal-compose.yml")))
                .results()
                .map(found -> found.group(1))
                .distinct())
        .contains("POSTGRES_PASSWORD")
        .allSatisfy(required -> assertThat(example).containsPattern("(?m)^(# )?" + required + "="));
  }

  @Test
  void buildsAnImageThatIsNotRootAndAsksTheManagementPort() {
    String dockerfile = read(ROOT.resolve("Dockerfile"));
    String port = requireNonNull(settings().get("HOMING_MANAGEMENT_PORT"));

    assertThat(dockerfile)
        .containsPattern("(?m)^USER [1-9][0-9]*:[1-9][0-9]*$")
        .contains("${HOMING_MANAGEMENT_PORT:-%s}".formatted(port))
        .containsPattern("(?m)^ENTRYPOINT \\[\"java\",");
  }

  /** Every variable of application.yml with its default. */
  private static Map<String, String> settings() {
    Map<String, String> settings = new TreeMap<>();
    SETTING
        .matcher(read(ROOT.resolve("app/src/main/resources/application.yml")))
        .results()
        .forEach(found -> settings.put(found.group(1), found.group(2)));
    return settings;
  }

  private static Consumer<@Nullable Object> isRequired(String variable) {
    return value ->
        assertThat(text(value)).matches(REQUIRED).startsWith("${%s:?".formatted(variable));
  }

  private Map<String, @Nullable Object> service(String name) {
    return map(services.get(name));
  }

  private Map<String, @Nullable Object> environment(String service) {
    return map(service(service).get("environment"));
  }

  private String image(String service) {
    return text(service(service).get("image"));
  }

  private static Map<String, @Nullable Object> yaml(Path file) {
    YamlMapFactoryBean yaml = new YamlMapFactoryBean();
    yaml.setResources(new FileSystemResource(file));
    return map(yaml.getObject());
  }

  /** Empty if there is none. */
  private static Map<String, @Nullable Object> map(@Nullable Object yaml) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    if (yaml instanceof Map<?, ?> entries) {
      entries.forEach((key, value) -> map.put(text(key), value));
    }
    return map;
  }

  /** Empty if there is none. */
  private static List<String> texts(@Nullable Object yaml) {
    return yaml instanceof List<?> values
        ? values.stream().map(DeployFilesTest::text).toList()
        : List.of();
  }

  /** Empty for what has no value: such a variable is passed on as it is. */
  private static String text(@Nullable Object yaml) {
    return yaml == null ? "" : yaml.toString();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** The nearest folder from the current one upwards that has {@code .mvn/}. */
  private static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(folder.resolve(".mvn"))) {
      folder = requireNonNull(folder.getParent(), "not in a checkout");
    }
    return folder;
  }
}
