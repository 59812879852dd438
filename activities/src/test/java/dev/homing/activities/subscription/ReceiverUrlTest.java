package dev.homing.activities.subscription;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReceiverUrlTest {

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "https://example.com, https://example.com/",
        "HTTPS://EXAMPLE.com:443/A?b=C, https://example.com/A?b=C",
        "http://example.com:8080/x/../y, http://example.com:8080/y",
        "https://example.com/?next=http://a@b, https://example.com/?next=http://a@b",
        "https://example.com., https://example.com/",
        "https://example.com.:8443/x, https://example.com:8443/x",
        "https://аррӏе.com/, https://xn--80ak6aa92e.com/",
        "https://xn--80ak6aa92e.com/, https://xn--80ak6aa92e.com/",
        "https://example.com/ü, https://example.com/%C3%BC",
        "https://example.com/a'b?c'=''d'&%27=%27&e'%2'&',"
            + " https://example.com/a'b?c'=''d'&%27=%27&e'%2'&'",
        "https://example.com.?q='%27%27'ü, https://example.com/?q='%27%27'%C3%BC",
        "https://example.com/?, https://example.com/?",
        "https://example.com/?&&=&=a&b==, https://example.com/?&&=&=a&b==",
        "https://example.com/?a%&b%2&c+d;e/f?g~!$()*@:,"
            + " https://example.com/?a%&b%2&c+d;e/f?g~!$()*@:",
        "https://1e100.net/, https://1e100.net/",
        "https://10.example/, https://10.example/",
        "http://93.184.215.14/, http://93.184.215.14/",
        "http://①②⑦.⓪.⓪.①/, http://127.0.0.1/",
        "http://127。0。0。1/, http://127.0.0.1/",
        "http://%31%32%37.0.0.1/, http://127.0.0.1/",
        "http://127.0.0.1./, http://127.0.0.1/",
        "http://[::ffff:7f00:1]/, http://127.0.0.1/",
        "http://[0:0::1]:8080/, http://[::1]:8080/",
        "http://localhost:8090/ok, http://localhost:8090/ok",
        "http://receiver/, http://receiver/",
        "http://10.0.0.1:1/, http://10.0.0.1:1/",
        "http://0.0.0.0/, http://0.0.0.0/",
        "http://255.255.255.255/, http://255.255.255.255/"
      })
  void parsesUrlsIntoTheirCanonicalForm(String text, String canonical) {
    assertThat(ReceiverUrl.parse(text)).hasToString(canonical);
    assertThat(ReceiverUrl.parse(canonical)).hasToString(canonical);
    assertThat(ReceiverUrl.stored(canonical)).hasToString(canonical);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "example.com",
        "//example.com/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http:///127.0.0.1/",
        "http:127.0.0.1",
        "http:/127.0.0.1",
        "https:////127.0.0.1/",
        "https://"
      })
  void requiresASchemeAndAHost(String text) {
    assertRefused(text, "Start the URL with https:// or http:// and a host.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        " https://example.com/",
        "https://example.com/ ",
        "https://exa mple.com/",
        "https://example.com/a b",
        "https://exa\tmple.com/",
        "https://exa\nmple.com/",
        "https://example.com/\r\nX-A: b",
        "https://example.com/\u0000",
        "https://example.com/\u007f",
        "https://example.com/\u0085",
        "https://example.com/\u00a0",
        "https://example\u3000.com/",
        "https:\\\\127.0.0.1\\x",
        "http://127.0.0.1\\@evil.com/"
      })
  void rejectsSpacesControlCharactersAndBackslashes(String text) {
    assertRefused(text, "Remove spaces, control characters and backslashes from the URL.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://user:pw@example.com/",
        "https://user@example.com/",
        "https://:pw@example.com/",
        "https://@example.com/",
        "https://a@b@example.com?x"
      })
  void rejectsUserInfo(String text) {
    assertRefused(text, "Remove user name and password from the URL.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://example.com/#frag", "https://example.com#", "http://a#@b/"})
  void rejectsFragments(String text) {
    assertRefused(text, "Remove the part from # on: it is never sent.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://[fe80::1%25eth0]/", "http://[::1%lo]/", "http://[fe80::1%25]/"})
  void rejectsZoneIds(String text) {
    assertRefused(text, "Remove the zone id from the address.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://2130706433/",
        "http://0/",
        "http://127.1/",
        "http://127.0.1/",
        "http://0177.0.0.1/",
        "http://127.0.0.01/",
        "http://00.0.0.0/",
        "http://127.0.0.256/",
        "http://1.2.3.4.5/",
        "http://0x7f.1/",
        "http://0x7f000001/",
        "http://127.0.0.0x1/",
        "http://127.0.0.0X1/",
        "http://127.1./",
        "http://0x7f.1./",
        "http://example.0x/",
        "http://example.1/",
        "http://①②⑦.①/",
        "http://%31%32%37.1/"
      })
  void requiresAddressesAsFourDecimalNumbers(String text) {
    assertRefused(text, "Write the address as four decimal numbers without leading zeros.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://127.0.0.1../", "https://example.com../", "https://./"})
  void rejectsEmptyLabels(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> ReceiverUrl.parse(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://example.com:0/",
        "https://example.com:65536/",
        "https://example.com:80:80/",
        "https://example.com:x/",
        "https://exa%mple.com/",
        "https://[::1/",
        "https://?"
      })
  void requiresAValidHostAndPort(String text) {
    assertRefused(text, "Check host and port: this is not a URL that can be called.");
  }

  @ParameterizedTest
  @ValueSource(ints = {22, 25, 53, 2375, 3306, 5432, 6379, 7233, 8233, 9200, 10250, 11211})
  void rejectsPortsOfOtherServices(int port) {
    assertRefused(
        "https://example.com:%d/".formatted(port),
        "Use another port: webhooks are never sent to 22, 25, 53, 2375, 3306, 5432, 6379, 7233,"
            + " 8233, 9200, 10250, 11211.");
  }

  @Test
  void limitsBothFormsTo2048Characters() {
    String start = "https://example.com/";

    assertThat(ReceiverUrl.parse(start + "a".repeat(2_028)).toString()).hasSize(2_048);
    assertRefused(start + "a".repeat(2_029), "Shorten the URL to 2,048 characters.");
    assertRefused(start + "ü".repeat(2_000), "Shorten the URL to 2,048 characters.");
    assertThat(ReceiverUrl.parse(start + "?" + "'".repeat(2_027)).toString()).hasSize(2_048);
  }

  private static void assertRefused(String text, String advice) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ReceiverUrl.parse(text))
        .withMessage(advice);
  }
}
