package dev.homing.app.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.homing.activities.Setting;
import dev.homing.app.database.DatabaseUrl;
import dev.homing.app.development.Port;
import dev.homing.app.development.PostgresPart;
import dev.homing.app.development.RealParts;
import dev.homing.app.development.RedisPart;
import io.grpc.StatusRuntimeException;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import io.temporal.api.workflowservice.v1.GetSystemInfoRequest;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.core.RedisCallback;
import org.springframework.data.redis.core.StringRedisTemplate;

/** PostgreSQL, Redis and Temporal over TLS. */
@Isolated("as it sets whom this JVM trusts")
class PartsOverTlsTest {
  private static final HeldCertificate AUTHORITY =
      new HeldCertificate.Builder().certificateAuthority(0).commonName("ours").build();
  private static final HeldCertificate STRANGER =
      new HeldCertificate.Builder().certificateAuthority(0).commonName("somebody").build();

  @TempDir static Path folder;

  @BeforeAll
  static void write() throws IOException {
    write("ca", AUTHORITY.certificatePem());
    write("stranger", STRANGER.certificatePem());
    HeldCertificate server = signed("127.0.0.1");
    write("server", server.certificatePem());
    write("server.key", server.privateKeyPkcs8Pem());
    HeldCertificate client = signed("homing");
    write("client", client.certificatePem());
    write("client.key", client.privateKeyPkcs8Pem());
  }

  private static HeldCertificate signed(String name) {
    return new HeldCertificate.Builder()
        .signedBy(AUTHORITY)
        .addSubjectAlternativeName(name)
        .build();
  }

  private static void write(String file, String pem) throws IOException {
    Files.writeString(folder.resolve(file), pem);
    // PostgreSQL refuses a key file that others may read.
    Files.setPosixFilePermissions(
        folder.resolve(file), PosixFilePermissions.fromString("rw-------"));
  }

  private static String file(String name) {
    return folder.resolve(name).toString();
  }

  @Test
  void postgresqlIsVerifiedAsTheUrlSays() throws SQLException {
    PostgresPart postgres = PostgresPart.start(folder);
    try {
      encrypt(postgres);
      String url = postgres.url() + "?sslmode=verify-full&sslrootcert=";

      await().ignoreExceptions().until(() -> isEncrypted(url + file("ca")));
      assertThatThrownBy(() -> isEncrypted(url + file("stranger"))).hasMessageContaining("SSL");
    } finally {
      postgres.stop();
    }
  }

  private static void encrypt(PostgresPart postgres) throws SQLException {
    try (Connection connection = connect(postgres.url());
        Statement statement = connection.createStatement()) {
      statement.execute("alter system set ssl_cert_file = '%s'".formatted(file("server")));
      statement.execute("alter system set ssl_key_file = '%s'".formatted(file("server.key")));
      statement.execute("alter system set ssl = on");
      statement.execute("select pg_reload_conf()");
    }
  }

  private static boolean isEncrypted(String url) throws SQLException {
    try (Connection connection = connect(url);
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery("select ssl from pg_stat_ssl where pid = pg_backend_pid()")) {
      return row.next() && row.getBoolean(1);
    }
  }

  /** Parses the setting as Homing does. */
  private static Connection connect(String url) throws SQLException {
    DatabaseUrl read = DatabaseUrl.parse(url).orElseThrow();
    return DriverManager.getConnection(read.getJdbcUrl(), read.getUsername(), read.getPassword());
  }

  @Test
  void redisIsVerifiedAndGetsThePassword() throws IOException, GeneralSecurityException {
    RedisPart redis = RedisPart.start(folder);
    int port = Port.free();
    try (RedisClient client = RedisClient.create(redis.url())) {
      RedisCommands<String, String> commands = client.connect().sync();
      commands.configSet("tls-cert-file", file("server"));
      commands.configSet("tls-key-file", file("server.key"));
      commands.configSet("tls-auth-clients", "no");
      commands.configSet("tls-port", Integer.toString(port));
      commands.configSet("requirepass", "pa55");

      trusting(
          AUTHORITY, () -> assertThat(ping("rediss://:pa55@127.0.0.1:" + port)).isEqualTo("PONG"));
      for (String wrong : List.of("rediss://:pass@127.0.0.1:", "redis://:pa55@127.0.0.1:")) {
        trusting(AUTHORITY, () -> assertFails(wrong + port));
      }
      trusting(STRANGER, () -> assertFails("rediss://:pa55@127.0.0.1:" + port));
    } finally {
      redis.stop();
    }
  }

  private static void assertFails(String url) {
    assertThatThrownBy(() -> ping(url)).isInstanceOf(DataAccessException.class);
  }

  /** Parses the setting as Homing does. */
  private static @Nullable String ping(String url) {
    AtomicReference<String> answer = new AtomicReference<>();
    new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class))
        .withPropertyValues("spring.data.redis.url=" + url)
        .run(
            context ->
                answer.set(
                    context
                        .getBean(StringRedisTemplate.class)
                        .execute((RedisCallback<String>) RedisConnection::ping)));
    return answer.get();
  }

  /** Redis's authority belongs in the trust store of the JVM. */
  private static void trusting(HeldCertificate authority, Runnable action)
      throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry("authority", authority.certificate());
    Path file = folder.resolve("truststore");
    try (OutputStream out = Files.newOutputStream(file)) {
      store.store(out, "changeit".toCharArray());
    }
    System.setProperty("javax.net.ssl.trustStore", file.toString());
    System.setProperty("javax.net.ssl.trustStorePassword", "changeit");
    try {
      action.run();
    } finally {
      System.clearProperty("javax.net.ssl.trustStore");
      System.clearProperty("javax.net.ssl.trustStorePassword");
    }
  }

  @Test
  void temporalIsVerifiedAndGetsAClientCertificate() throws IOException {
    HandshakeCertificates certificates =
        new HandshakeCertificates.Builder()
            .heldCertificate(signed("127.0.0.1"))
            .addTrustedCertificate(AUTHORITY.certificate())
            .build();
    String client = file("client");
    String key = file("client.key");
    try (TlsEnd end = new TlsEnd(certificates, port(RealParts.shared().temporal().url()))) {
      assertThat(answers(end, new TemporalTls(false, file("ca"), client, key, ""))).isTrue();
      assertThat(answers(end, new TemporalTls(true, file("ca"), client, key, "127.0.0.1")))
          .isTrue();

      assertThat(answers(end, new TemporalTls(false, file("stranger"), client, key, ""))).isFalse();
      assertThat(answers(end, new TemporalTls(true, "", client, key, ""))).isFalse();
      assertThat(answers(end, new TemporalTls(false, file("ca"), client, key, "elsewhere")))
          .isFalse();
      assertThat(answers(end, new TemporalTls(false, file("ca"), "", "", ""))).isFalse();
      assertThat(answers(end, new TemporalTls(false, "", "", "", ""))).isFalse();
    }
  }

  private static int port(String address) {
    return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
  }

  private static boolean answers(TlsEnd end, TemporalTls tls) {
    WorkflowServiceStubs stubs =
        WorkflowServiceStubs.newServiceStubs(
            tls.applyTo(
                    WorkflowServiceStubsOptions.newBuilder().setTarget("127.0.0.1:" + end.port()))
                .build());
    try {
      var unused =
          stubs
              .blockingStub()
              .withDeadlineAfter(Duration.ofSeconds(20))
              .getSystemInfo(GetSystemInfoRequest.getDefaultInstance());
      return true;
    } catch (StatusRuntimeException refused) {
      return false;
    } finally {
      stubs.shutdownNow();
    }
  }

  @Test
  void unreadableFilesStopTheStart() {
    String ca = file("ca");
    String client = file("client");
    String key = file("client.key");

    refused("ca", () -> new TemporalTls(false, file("nowhere"), "", "", ""));
    refused("ca", () -> new TemporalTls(false, key, "", "", ""));
    refused("certificate", () -> new TemporalTls(false, ca, "", key, ""));
    refused("key", () -> new TemporalTls(false, ca, client, "", ""));
    refused("certificate", () -> new TemporalTls(false, ca, client, file("nowhere"), ""));
    refused("certificate", () -> new TemporalTls(false, ca, key, client, ""));
  }

  private static void refused(String property, ThrowingCallable setting) {
    assertThatThrownBy(setting)
        .isInstanceOf(Setting.Invalid.class)
        .hasMessageStartingWith("homing.temporal-tls." + property);
  }
}
