package dev.homing.activities.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import com.standardwebhooks.Webhook;
import dev.homing.activities.secret.SigningSecret;
import dev.homing.activities.secret.SymmetricSecret;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Isolated("as it sets the language of this JVM")
class SignaturesTest {
  private static final String LIBRARY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  private static final String COUNTING = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

  /** Computed by Python's hmac and by openssl, with equal results. */
  static Stream<Arguments> vectors() {
    return Stream.of(
        vector(
            "V1: the library's own",
            LIBRARY,
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1614265330,
            "{\"test\": 2432232314}",
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
        vector(
            "V2: a typical event",
            COUNTING,
            "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W",
            1674087231,
            "{\"type\":\"contact.created\",\"timestamp\":\"2022-11-03T20:26:10.344522Z\","
                + "\"data\":{\"id\":\"1f81eb52-5198-4599-803e-771906343485\"}}",
            "v1,4PMU5Dl90B4kgwxDpwuMZ/cnZ5ztf+Y+kviYQD66rJg="),
        vector(
            "V3: empty",
            COUNTING,
            "msg_empty0000000000000000000",
            1700000000,
            "",
            "v1,Fivtd5D0BNvKUbEIGRh5HdB8MFJrBJyTNus/XCL0pRM="),
        vector(
            "V4: UTF-8",
            "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX",
            "msg_utf8_0000000000000000000",
            1700000001,
            "{\"name\":\"Zoë 🚀\",\"n\":1.0,\"s\":\"a\\u0000b\"}",
            "v1,CdrdKz0hD25uxO8nYsPda9UV1mzAlFCgbXKoJqKbfP0="),
        vector(
            "V5: 64 bytes of key",
            "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7"
                + "PD0+Pw==",
            "msg_ws_00000000000000000000",
            1700000002,
            "{ \"a\" : 1 }\n",
            "v1,tmcpWG2tSZxILlFGvY8Bg5q/H6RALBm/MNKN4CAFfOk="),
        Arguments.of(
            "V6: binary",
            List.of("whsec_//////////////////////////////////////////8="),
            "msg_bin_0000000000000000000",
            1700000003,
            HexFormat.of().parseHex("000102fffe0d0a"),
            "v1,IYeVkGmdutXZ8+L/VPEqFIUhow6QEJUkSviiFYIDfOg="),
        vector(
            "V8: Ed25519",
            "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1614265330,
            "{\"test\": 2432232314}",
            "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg=="),
        Arguments.of(
            "V9: rotation",
            List.of(COUNTING, LIBRARY),
            "msg_rot0",
            1700000000,
            utf8(
                "{\"type\":\"invoice.paid\",\"timestamp\":\"2023-11-14T22:13:20Z\","
                    + "\"data\":{\"id\":\"in_1\"}}"),
            "v1,VeCXjqNhAeP9PnoQq3XmboLEPJDBU7jqPdr7EcZQpdw="
                + " v1,OxmqG1SfZ1BIWorL4DohDEMaOD+S+EXzednZgjm3sB0="));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("vectors")
  void matchesSignaturesOfOtherImplementations(
      String name,
      List<String> secrets,
      String id,
      long timestamp,
      byte[] payload,
      String expected) {
    List<SigningSecret> parsed = secrets.stream().map(SigningSecret::parse).toList();

    assertThat(Signatures.sign(parsed, id, timestamp, payload)).as(name).isEqualTo(expected);
  }

  @Test
  void isVerifiedByTheReferenceLibraryWithEitherSecret() throws Exception {
    SigningSecret current = SymmetricSecret.generate(new SecureRandom());
    SigningSecret old = SymmetricSecret.generate(new SecureRandom());
    long now = Instant.now().getEpochSecond();

    String signatures = Signatures.sign(List.of(current, old), "evt_1", now, utf8("{\"a\":\"ü\"}"));

    Map<String, List<String>> headers =
        Map.of(
            "webhook-id", List.of("evt_1"),
            "webhook-timestamp", List.of(Long.toString(now)),
            "webhook-signature", List.of(signatures));
    new Webhook(current.text()).verify("{\"a\":\"ü\"}", headers);
    new Webhook(old.text()).verify("{\"a\":\"ü\"}", headers);
  }

  @Test
  void writesDigitsInEveryLocale() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("ar-EG"));
    try {
      assertThat(
              Signatures.sign(
                  List.of(SigningSecret.parse(LIBRARY)),
                  "msg_p5jXN8AQM9LWM0D4loKWxJek",
                  1614265330,
                  utf8("{\"test\": 2432232314}")))
          .isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    } finally {
      Locale.setDefault(before);
    }
  }

  private static Arguments vector(
      String name, String secret, String id, long timestamp, String payload, String signature) {
    return Arguments.of(name, List.of(secret), id, timestamp, utf8(payload), signature);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
