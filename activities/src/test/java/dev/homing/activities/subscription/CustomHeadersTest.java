package dev.homing.activities.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CustomHeadersTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Host",
        "host",
        "Content-Length",
        "content-type",
        "Transfer-Encoding",
        "Connection",
        "TE",
        "Keep-Alive",
        "Trailer",
        "Upgrade",
        "Expect",
        "Proxy-Authorization",
        "User-Agent",
        "Via",
        "Webhook-Id",
        "webhook-signature",
        "Homing-Event-Id",
        "Cookie",
        "Forwarded",
        "X-Real-IP",
        "X-Forwarded-For",
        "Accept-Encoding",
        "X-Amz-Security-Token",
        "X-aws-ec2-metadata-token",
        "Metadata-Flavor",
        "Metadata",
        "X-Goog-User-Project",
        "X-Ms-Version",
        "X-Azure-Ref"
      })
  void rejectsReservedNames(String name) {
    assertThat(CustomHeaders.complaintAboutName(name)).hasValue(name + " is reserved for Homing");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "X-A:", "X A", "X-Ä", "X-A\r\nX-B", "X\0", "(x)", "x=y", "a/b"})
  void rejectsNamesThatAreNotTokens(String name) {
    assertThat(CustomHeaders.complaintAboutName(name)).isPresent();
  }

  @Test
  void limitsTheLengthOfNames() {
    assertThat(CustomHeaders.complaintAboutName("x".repeat(100))).isEmpty();
    assertThat(CustomHeaders.complaintAboutName("x".repeat(101))).isPresent();
  }

  @ParameterizedTest
  @ValueSource(strings = {"Authorization", "X-Team", "x_1", "Accept", "Hosting", "Metadata-Id"})
  void acceptsOtherNames(String name) {
    assertThat(CustomHeaders.complaintAboutName(name)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {" a", "a ", "\ta", "a\r\nb", "a\nb", "a\0b", "\u007f", "ä", "\ud83d"})
  void rejectsValuesThatCannotBeSent(String value) {
    assertThat(CustomHeaders.complaintAboutValue(value))
        .hasValueSatisfying(complaint -> assertThat(complaint).startsWith("a value has"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "a b", "a\tb", "Bearer x.y=", "!~"})
  void acceptsPrintableAscii(String value) {
    assertThat(CustomHeaders.complaintAboutValue(value)).isEmpty();
  }

  @Test
  void limitsTheLengthOfValues() {
    assertThat(CustomHeaders.complaintAboutValue("v".repeat(4096))).isEmpty();
    assertThat(CustomHeaders.complaintAboutValue("v".repeat(4097))).isPresent();
  }

  @Test
  void toStringHidesValues() {
    assertThat(new CustomHeaders(Map.of("X-Token", "t0ken")).toString())
        .contains("X-Token")
        .doesNotContain("t0ken");
  }
}
