package dev.homing.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.homing.activities.destination.DestinationSettings;
import dev.homing.activities.failing.FailingSettings;
import dev.homing.activities.lane.ExpressSettings;
import dev.homing.activities.retention.RetentionSettings;
import dev.homing.activities.secret.EncryptionSettings;
import dev.homing.activities.statistics.StatisticsSettings;
import dev.homing.activities.subscription.DeliverySettings;
import dev.homing.app.access.AccessSettings;
import dev.homing.app.database.PoolSettings;
import dev.homing.app.http.PayloadSettings;
import dev.homing.app.http.RequestSettings;
import dev.homing.app.journey.RunningHoming;
import dev.homing.app.node.DispatchSettings;
import dev.homing.app.node.DrainSettings;
import dev.homing.app.node.PartSettings;
import dev.homing.app.node.PortSettings;
import dev.homing.app.page.PageSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.util.unit.DataSize;

@ExtendWith(OutputCaptureExtension.class)
@Isolated("as each start sets logging up anew")
class SettingsTest {
  /** Binds the settings of Homing without connecting to anything. */
  @Configuration(proxyBeanMethods = false)
  @ConfigurationPropertiesScan("dev.homing")
  @Import(SettingConverters.class)
  static class OnlySettings {}

  private static ConfigurableApplicationContext read(String... settings) {
    List<String> args = new ArrayList<>();
    args.add("--HOMING_ENCRYPTION_KEYS=" + RunningHoming.ENCRYPTION_KEYS);
    for (String setting : settings) {
      args.add("--" + setting);
    }
    SpringApplication application = new SpringApplication(OnlySettings.class);
    application.setWebApplicationType(WebApplicationType.NONE);
    return application.run(args.toArray(new String[0]));
  }

  @Test
  void haveTheseDefaults() {
    try (var context = read()) {
      assertThat(context.getBean(PartSettings.class))
          .isEqualTo(
              new PartSettings(
                  "postgresql://homing:homing@localhost:5432/homing",
                  "redis://localhost:6379",
                  "localhost:7233"));
      assertThat(context.getBean(PortSettings.class)).isEqualTo(new PortSettings(8080, 8081));
      assertThat(context.getBean(DeliverySettings.class))
          .isEqualTo(
              new DeliverySettings(
                  20, Duration.ofSeconds(5), Duration.ofHours(12), Duration.ofSeconds(15)));
      assertThat(context.getBean(AccessSettings.class)).isEqualTo(new AccessSettings("", ""));
      assertThat(context.getBean(AccessSettings.class).isOpen()).isTrue();
      assertThat(context.getBean(DestinationSettings.class))
          .isEqualTo(new DestinationSettings("", "", false, ""));
      assertThat(context.getBean(PayloadSettings.class))
          .isEqualTo(new PayloadSettings(DataSize.ofKilobytes(256)));
      assertThat(context.getBean(PoolSettings.class))
          .isEqualTo(new PoolSettings(20, 12, 6, 8, 4, 4));
      assertThat(context.getBean(DispatchSettings.class)).isEqualTo(new DispatchSettings(2, 500));
      assertThat(context.getBean(RequestSettings.class))
          .isEqualTo(new RequestSettings(Duration.ofSeconds(10), Duration.ofSeconds(30)));
      assertThat(context.getBean(ExpressSettings.class)).isEqualTo(new ExpressSettings(512, "10"));
      assertThat(context.getBean(PageSettings.class)).isEqualTo(new PageSettings(""));
      assertThat(context.getBean(DrainSettings.class))
          .isEqualTo(new DrainSettings(Duration.ofSeconds(2)));
      assertThat(context.getBean(RetentionSettings.class))
          .isEqualTo(new RetentionSettings(Duration.ofDays(30), null));
      assertThat(context.getBean(StatisticsSettings.class))
          .isEqualTo(new StatisticsSettings(Duration.ofDays(30)));
      assertThat(context.getBean(FailingSettings.class))
          .isEqualTo(new FailingSettings(Duration.ofDays(5)));
      Environment environment = context.getEnvironment();
      assertThat(environment.getProperty("spring.temporal.namespace")).isEqualTo("default");
      assertThat(environment.getProperty("spring.temporal.connection.api-key")).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "7, PT7S",
    "90s, PT1M30S",
    "5m, PT5M",
    "2h, PT2H",
    "1d, PT24H",
    "' 8 ', PT8S",
    "1500ms, PT1.5S"
  })
  void readDurationsInSecondsUnlessAUnitIsNamed(String text, Duration duration) {
    try (var context = read("INITIAL_RETRY_INTERVAL=" + text, "MAX_RETRY_INTERVAL=2d")) {
      assertThat(context.getBean(DeliverySettings.class).initialInterval()).isEqualTo(duration);
    }
  }

  @ParameterizedTest
  @CsvSource({"unlimited,", "0, 0", "' 25 ', 25"})
  void readOwnRetriesAsACountOrUnlimited(String text, @Nullable Integer perWindow) {
    try (var context = read("HOMING_OWN_RETRIES=" + text)) {
      assertThat(context.getBean(ExpressSettings.class).ownRetriesPerWindow()).isEqualTo(perWindow);
    }
  }

  @ParameterizedTest
  @CsvSource({"1000, 1000", "64KiB, 65536", "64kb, 65536", "1MiB, 1048576", "' 5B ', 5"})
  void readSizesInBytesUnlessAUnitIsNamed(String text, long bytes) {
    try (var context = read("HOMING_MAX_PAYLOAD=" + text)) {
      assertThat(context.getBean(PayloadSettings.class).maxPayload().toBytes()).isEqualTo(bytes);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "TEMPORAL_ADDRESS       | localhost      | host:port",
        "HOMING_PORT            | 65536          | 0 to 65535",
        "HOMING_PORT            | -1             | 0 to 65535",
        "HOMING_PORT            | many           | a whole number",
        "HOMING_MANAGEMENT_PORT | 65536          | 0 to 65535",
        "MAX_RETRIES            | 0              | 1 to 100",
        "MAX_RETRIES            | 101            | 1 to 100",
        "MAX_RETRIES            | many           | a whole number",
        "MAX_RETRIES            | 1.5            | a whole number",
        "INITIAL_RETRY_INTERVAL | 0s             | 1s to",
        "INITIAL_RETRY_INTERVAL | 500ms          | 1s to",
        "INITIAL_RETRY_INTERVAL | soon           | 30s, 5m, 2h",
        "MAX_RETRY_INTERVAL     | 4s             | 5s to",
        "MAX_RETRY_INTERVAL     | 691200s        | 5s to 604800s",
        "WEBHOOK_TIMEOUT        | 0s             | 1s to 60s",
        "WEBHOOK_TIMEOUT        | 61s            | 1s to 60s",
        "WEBHOOK_TIMEOUT        | long           | 30s, 5m, 2h",
        "HOMING_HTTPS_ONLY      | perhaps        | true or false",
        "HOMING_TENANT_REQUESTS | 0              | at least 1, or none",
        "HOMING_TENANT_BYTES    | 0B             | at least 1B, or none",
        "HOMING_KEY_REQUESTS    | -1             | at least 1, or none",
        "HOMING_TENANT_SUBSCRIPTIONS | 0         | at least 1, or none",
        "HOMING_TYPE_SUBSCRIPTIONS | 0           | at least 1, or none",
        "HOMING_MAX_PAYLOAD     | 0B             | 1B to 1MiB",
        "HOMING_MAX_PAYLOAD     | 1048577B       | 1B to 1MiB",
        "HOMING_MAX_PAYLOAD     | big            | 256KiB",
        "HOMING_START_SLOTS     | 0              | 1 to 64",
        "HOMING_START_SLOTS     | 65             | 1 to 64",
        "HOMING_EVENTS_PER_WORKFLOW | 0          | 1 to 500",
        "HOMING_EVENTS_PER_WORKFLOW | 501        | 1 to 500",
        "HOMING_EXPRESS_SLOTS   | 0              | 1 to 100000",
        "HOMING_EXPRESS_SLOTS   | 100001         | 1 to 100000",
        "HOMING_OWN_RETRIES     | -1             | 0 to 1000000, or unlimited",
        "HOMING_OWN_RETRIES     | 1000001        | 0 to 1000000, or unlimited",
        "HOMING_OWN_RETRIES     | all            | 0 to 1000000, or unlimited",
        "HOMING_DISABLE_AFTER   | 3599s          | 3600s to 31536000s",
        "HOMING_DISABLE_AFTER   | 31536001s      | 3600s to 31536000s",
        "HOMING_DISABLE_AFTER   | never          | 30s, 5m, 2h",
        "HOMING_DRAIN_DELAY     | 61s            | 0s to 60s",
        "HOMING_TEMPORAL_UI     | wrong          | an address like https://temporal.example.com",
        "HOMING_RETENTION       | 86399s         | 86400s to 315360000s",
        "HOMING_RETENTION       | 315360001s     | 86400s to 315360000s",
        "HOMING_RETENTION       | for ever       | 30s, 5m, 2h",
        "HOMING_PAYLOAD_RETENTION | 86399s       | 86400s to 2592000s",
        "HOMING_PAYLOAD_RETENTION | 2592001s     | 86400s to 2592000s",
        "HOMING_STATISTICS_RETENTION | 86399s    | 86400s to 315360000s",
        "HOMING_STATISTICS_RETENTION | 315360001s | 86400s to 315360000s"
      })
  void stopTheStartInOneLineWhenInvalid(
      String variable, String value, String allowed, CapturedOutput output) {
    assertThatThrownBy(() -> read(variable + "=" + value)).isInstanceOf(RuntimeException.class);

    assertThat(errorLines(output))
        .singleElement()
        .asString()
        .startsWith("Homing cannot start: " + variable + " is " + value + "; allowed is ")
        .contains(allowed);
  }

  /**
   * The lines on standard error. Each start resets logging, so threads left over from other tests
   * may be warned that they cannot log; those lines are dropped.
   */
  private static Stream<String> errorLines(CapturedOutput output) {
    return output.getErr().lines().filter(line -> !line.contains("|-WARN in Logger["));
  }

  @ParameterizedTest
  @ValueSource(strings = {"HOMING_ALLOW_DESTINATIONS", "HOMING_DENY_DESTINATIONS"})
  void stopTheStartWhenAddressRangesAreInvalid(String variable, CapturedOutput output) {
    assertThatThrownBy(() -> read(variable + "=10.0.0.0/8,10.0.0.1/8"))
        .isInstanceOf(RuntimeException.class);

    assertThat(errorLines(output))
        .singleElement()
        .asString()
        .startsWith(
            "Homing cannot start: %s is wrong (10.0.0.1/8 has bits set beyond".formatted(variable))
        .contains("[fd00::/8]:443");
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.7:80", "10.0.0.1/8", "proxy", "10.0.0.7 10.0.0.8"})
  void stopTheStartWhenTrustedProxiesAreInvalid(String proxies, CapturedOutput output) {
    assertThatThrownBy(
            () ->
                read(
                    "HOMING_TRUSTED_PROXIES=" + proxies, "HOMING_ADMIN_KEY=at-least-16-characters"))
        .isInstanceOf(RuntimeException.class);

    assertThat(errorLines(output))
        .singleElement()
        .asString()
        .startsWith("Homing cannot start: HOMING_TRUSTED_PROXIES is wrong")
        .contains("10.0.0.7 or fd00::/8");
  }

  /** A caller could otherwise claim to be on this machine. */
  @Test
  void trustNoProxyInOpenMode(CapturedOutput output) {
    assertThatThrownBy(() -> read("HOMING_TRUSTED_PROXIES=10.0.0.7"))
        .isInstanceOf(RuntimeException.class);

    assertThat(errorLines(output))
        .singleElement()
        .asString()
        .contains("HOMING_ADMIN_KEY is not set");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "proxy:3128",
        "https://homing:passw0rd@proxy:3128",
        "http://homing:passw0rd@proxy/path",
        "http://homing:passw0rd@proxy?x",
        "socks5://homing:passw0rd@proxy"
      })
  void stopTheStartWithoutShowingTheProxyPassword(String proxy, CapturedOutput output) {
    assertThatThrownBy(() -> read("HOMING_EGRESS_PROXY=" + proxy))
        .isInstanceOf(RuntimeException.class);

    assertThat(errorLines(output))
        .singleElement()
        .asString()
        .startsWith("Homing cannot start: HOMING_EGRESS_PROXY is wrong")
        .contains("http://host:port");
    assertThat(output.getAll()).doesNotContain("passw0rd");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "INITIAL_RETRY_INTERVAL",
        "MAX_RETRY_INTERVAL",
        "HOMING_RETENTION",
        "HOMING_STATISTICS_RETENTION"
      })
  void stopTheStartWhenEmpty(String variable, CapturedOutput output) {
    assertThatThrownBy(() -> read(variable + "=")).isInstanceOf(RuntimeException.class);

    assertThat(errorLines(output))
        .singleElement()
        .asString()
        .startsWith("Homing cannot start: " + variable + " is empty; allowed is ");
  }

  @Test
  void disableNoFailingSubscriptionWhenEmpty() {
    try (var context = read("HOMING_DISABLE_AFTER=")) {
      assertThat(context.getBean(FailingSettings.class)).isEqualTo(new FailingSettings(null));
    }
  }

  @Test
  void keepPayloadsAsLongAsEventsUnlessSet() {
    try (var context = read("HOMING_RETENTION=90d", "HOMING_PAYLOAD_RETENTION=7d")) {
      assertThat(context.getBean(RetentionSettings.class))
          .isEqualTo(new RetentionSettings(Duration.ofDays(90), Duration.ofDays(7)));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "DATABASE_URL=mysql://u:top-secret@h/db",
        "DATABASE_URL=top-secret",
        "REDIS_URL=http://u:top-secret@h",
        "REDIS_URL=top-secret",
        "HOMING_ADMIN_KEY=top-secret",
        "HOMING_ENCRYPTION_KEYS=top-secret",
        "HOMING_ENCRYPTION_KEYS=k:top-secret",
        "HOMING_ENCRYPTION_KEYS=k:dG9wLXNlY3JldA==",
        "HOMING_ENCRYPTION_KEYS="
      })
  void areNotPrintedWhenTheyMayBeSecret(String setting, CapturedOutput output) {
    String variable = setting.substring(0, setting.indexOf('='));
    SpringApplication application = new SpringApplication(OnlySettings.class);
    application.setWebApplicationType(WebApplicationType.NONE);
    String keys = "--HOMING_ENCRYPTION_KEYS=" + RunningHoming.ENCRYPTION_KEYS;
    String[] args =
        variable.equals("HOMING_ENCRYPTION_KEYS")
            ? new String[] {"--" + setting}
            : new String[] {keys, "--" + setting};

    assertThatThrownBy(() -> application.run(args)).isInstanceOf(RuntimeException.class);

    assertThat(errorLines(output))
        .singleElement()
        .asString()
        .startsWith("Homing cannot start: " + variable + " is ")
        .contains("; allowed is ");
    assertThat(output.getAll()).doesNotContain("top-secret", "dG9wLXNlY3JldA");
  }

  @Test
  void neverShowTheirSecrets() {
    try (var context = read("HOMING_ADMIN_KEY=top-secret-admin-key")) {
      assertThat(context.getBean(AccessSettings.class).toString()).doesNotContain("top-secret");
      assertThat(context.getBean(EncryptionSettings.class).toString()).doesNotContain("test:");
      assertThat(context.getBean(PartSettings.class).toString()).doesNotContain("homing:homing");
    }
  }

  @Test
  void requireAnEncryptionKeyToStart() throws IOException, InterruptedException {
    ProcessBuilder command =
        new ProcessBuilder(
            ProcessHandle.current().info().command().orElseThrow(),
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("java.class.path"),
            Homing.class.getName());
    command.environment().remove("HOMING_ENCRYPTION_KEYS");
    Process service = command.redirectOutput(ProcessBuilder.Redirect.DISCARD).start();

    String errors = new String(service.getErrorStream().readAllBytes(), UTF_8);

    assertThat(service.waitFor()).isEqualTo(1);
    assertThat(errors.strip().lines())
        .singleElement()
        .asString()
        .startsWith("Homing cannot start: HOMING_ENCRYPTION_KEYS is not set; allowed is ")
        .contains("openssl rand -base64 32");
  }
}
