package dev.homing.app.subscription;

import static dev.homing.app.journey.Api.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.activities.secret.Encryption;
import dev.homing.activities.secret.EncryptionKeys;
import dev.homing.activities.secret.Secrets;
import dev.homing.activities.secret.SigningSecret;
import dev.homing.activities.subscription.DeliverySettings;
import dev.homing.activities.subscription.Order;
import dev.homing.activities.subscription.Receiver;
import dev.homing.activities.subscription.Receivers;
import dev.homing.activities.subscription.Resealing;
import dev.homing.app.journey.Api;
import dev.homing.app.journey.RunningHoming;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Replaces an encryption key. Uses its own database, because everything is resealed. */
class ResealingTest {
  private static final String NEW = "new:" + Base64.getEncoder().encodeToString(new byte[32]);

  private static final HeldCertificate CLIENT = new HeldCertificate.Builder().build();

  private static final RunningHoming HOMING = RunningHoming.startAlone("resealing", Map.of());

  private final Api api = HOMING.api();
  private final JdbcClient jdbc = HOMING.bean(JdbcClient.class);
  private final Resealing resealing =
      new Resealing(jdbc, secrets(NEW + "," + RunningHoming.ENCRYPTION_KEYS));

  @BeforeEach
  void empty() {
    jdbc.sql("truncate subscriptions cascade").update();
  }

  @AfterAll
  static void stop() {
    HOMING.close();
  }

  private static Secrets secrets(String keys) {
    return new Secrets(new Encryption(EncryptionKeys.parse(keys), new SecureRandom()));
  }

  /** Creates one with a secret header, and a certificate with its key. */
  private String subscription() {
    return Api.id(
        api.post(
                "/subscriptions",
                Map.of(
                    "url", "https://nowhere.invalid",
                    "event_types", List.of("a"),
                    "secret_headers", Map.of("Authorization", "Bearer t0ken"),
                    "tls",
                        Map.of(
                            "certificate", CLIENT.certificatePem(),
                            "key", CLIENT.privateKeyPkcs8Pem())))
            .expect(201));
  }

  private String rotated(String subscription) {
    return text(
        api.post("/subscriptions/" + subscription + "/rotate").expect(200).json(), "secret");
  }

  private Receiver readWith(String keys, String subscription) {
    return new Receivers(jdbc, secrets(keys), HOMING.bean(DeliverySettings.class), Order.MAX_BLOCK)
        .find(Tenant.DEFAULT, SubscriptionId.read(subscription).orElseThrow())
        .orElseThrow();
  }

  @Test
  void resealedSecretsNoLongerNeedTheOldKey() {
    String subscription = subscription();
    SigningSecret second = SigningSecret.parse(rotated(subscription));
    SigningSecret secret = SigningSecret.parse(rotated(subscription));
    assertThat(resealing.secretsByKey()).isEqualTo(Map.of("test", 5));
    assertThat(readWith(NEW, subscription).fault()).contains("the key test");

    assertThat(resealing.resealAll()).isEqualTo(new Resealing.Result(1, 0, 0));

    assertThat(resealing.secretsByKey()).isEqualTo(Map.of("new", 5));
    Receiver receiver = readWith(NEW, subscription);
    assertThat(receiver.fault()).isNull();
    assertThat(receiver.secrets()).hasSize(3).startsWith(secret, second);
    assertThat(receiver.tls().key()).isEqualTo(CLIENT.privateKeyPkcs8Pem());
    assertThat(receiver.headers().byName()).isEqualTo(Map.of("Authorization", "Bearer t0ken"));
    assertThat(resealing.resealAll()).isEqualTo(new Resealing.Result(0, 0, 0));
  }

  @Test
  void unreadableSecretsDoNotStopTheRest() {
    String lost = subscription();
    String other = subscription();
    jdbc.sql("update subscriptions set sealed_secret = 'lost.' || sealed_secret where id = :id")
        .param("id", SubscriptionId.read(lost).orElseThrow().uuid())
        .update();

    assertThat(resealing.resealAll()).isEqualTo(new Resealing.Result(1, 1, 0));

    assertThat(resealing.secretsByKey()).isEqualTo(Map.of("lost", 1, "new", 3, "test", 2));
    assertThat(readWith(NEW, other).fault()).isNull();
  }

  /** More secrets than are read at a time. */
  @Test
  void allAreResealed() {
    for (int i = 0; i < 201; i++) {
      subscription();
    }

    assertThat(resealing.resealAll()).isEqualTo(new Resealing.Result(201, 0, 0));
  }

  @Test
  void operatorsSeeWhichKeysAreInUse() {
    subscription();

    assertThat(api.get("/admin/encryption").expect(200).text())
        .isEqualTo("{\"secrets_by_key\":{\"test\":3}}");
    assertThat(api.post("/admin/encryption").expect(200).text())
        .isEqualTo("{\"resealed\":0,\"unreadable\":0,\"changed_meanwhile\":0}");
  }
}
