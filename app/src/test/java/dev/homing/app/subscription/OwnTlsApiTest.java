package dev.homing.app.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import dev.homing.app.journey.Api;
import dev.homing.app.journey.RunningHoming;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.net.ssl.SSLParameters;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** A receiver with a private certificate authority that requires a client certificate. */
class OwnTlsApiTest {
  private static final HeldCertificate AUTHORITY =
      new HeldCertificate.Builder().certificateAuthority(0).build();
  private static final HeldCertificate CLIENT =
      new HeldCertificate.Builder().signedBy(AUTHORITY).commonName("homing").build();
  private static final HeldCertificate OTHER = new HeldCertificate.Builder().build();

  private static final Map<String, String> TLS =
      Map.of(
          "authority", AUTHORITY.certificatePem(),
          "certificate", CLIENT.certificatePem(),
          "key", CLIENT.privateKeyPkcs8Pem());

  private final Api api = RunningHoming.shared().api();

  private Api.Answer register(String url, String type, Map<String, String> tls) {
    return api.post("/subscriptions", Map.of("url", url, "event_types", List.of(type), "tls", tls));
  }

  private String registered() {
    return "/subscriptions/" + Api.id(register("https://nowhere.invalid", "a", TLS).expect(201));
  }

  @Test
  void receiverIsReachedWithItsOwnTls() throws IOException {
    HttpsServer receiver = receiver();
    try {
      String type = "own-tls." + UUID.randomUUID();
      String url = "https://127.0.0.1:" + receiver.getAddress().getPort();
      String path = "/subscriptions/" + Api.id(register(url, type, TLS).expect(201));

      api.await(api.deliveryId(api.trigger(type)), "delivered");

      assertThat(tested(path)).isEqualTo("delivered");
      api.send("PATCH", path, "{\"tls\": {\"certificate\": null}}").expect(200);
      assertThat(tested(path)).isNotEqualTo("delivered");
      api.send("PATCH", path, "{\"tls\": null}").expect(200);
      assertThat(tested(path)).isEqualTo("tls_failed");
    } finally {
      receiver.stop(0);
    }
  }

  private String tested(String path) {
    return Api.text(api.post(path + "/test").expect(200).json(), "outcome");
  }

  private static HttpsServer receiver() throws IOException {
    HandshakeCertificates certificates =
        new HandshakeCertificates.Builder()
            .heldCertificate(
                new HeldCertificate.Builder()
                    .signedBy(AUTHORITY)
                    .addSubjectAlternativeName("127.0.0.1")
                    .build())
            .addTrustedCertificate(AUTHORITY.certificate())
            .build();
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(
        new HttpsConfigurator(certificates.sslContext()) {
          @Override
          public void configure(HttpsParameters asked) {
            SSLParameters parameters = getSSLContext().getDefaultSSLParameters();
            parameters.setNeedClientAuth(true);
            asked.setSSLParameters(parameters);
          }
        });
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(200, -1);
          }
        });
    server.start();
    return server;
  }

  @Test
  void theKeyIsNeverShownAndSurvivesSendingBack() {
    String path = registered();

    Api.Answer shown = api.get(path).expect(200);

    JsonNode tls = shown.json().get("tls");
    assertThat(Api.text(tls, "certificate")).isEqualTo(CLIENT.certificatePem());
    assertThat(Api.text(tls, "authority")).isEqualTo(AUTHORITY.certificatePem());
    assertThat(Api.text(tls, "key")).isEqualTo("***");
    assertThat(shown.text()).doesNotContain("PRIVATE KEY");
    Map<String, Object> same = new HashMap<>();
    same.put("url", "https://nowhere.invalid");
    same.put("event_types", List.of("a"));
    same.put("tls", tls);
    api.send("PUT", path, same).expect(200);
    api.send("PATCH", path, "{\"description\": \"still the same\"}").expect(200);
    same.put("tls", Map.of("certificate", OTHER.certificatePem(), "key", "***"));
    assertThat(errors(api.send("PUT", path, same))).contains("tls.key");
    same.remove("tls");
    assertThat(api.send("PUT", path, same).expect(200).json().get("tls").isNull()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "authority,   nonsense, tls.authority",
    "certificate, nonsense, tls.certificate",
    "certificate, ,         tls.certificate",
    "key,         nonsense, tls.key",
    "key,         OTHER,    tls.key",
    "key,         ,         tls.key"
  })
  void invalidOptionsNameTheField(String field, @Nullable String value, String error) {
    Map<String, String> tls = new HashMap<>(TLS);
    tls.remove(field);
    if (value != null) {
      tls.put(field, value.equals("OTHER") ? OTHER.privateKeyPkcs8Pem() : value);
    }

    assertThat(errors(register("https://nowhere.invalid", "a", tls))).contains(error);
  }

  @Test
  void tlsOptionsRequireHttps() {
    assertThat(errors(register("http://127.0.0.1:1", "a", TLS))).contains("https://");
  }

  private static String errors(Api.Answer refused) {
    return refused.expect(422).json().get("errors").toString();
  }
}
