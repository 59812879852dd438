package dev.homing.app.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.app.journey.RunningHoming;
import dev.homing.app.journey.ScriptedReceiver;
import dev.homing.app.journey.Subscribed;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls each list, page and form with values that it does not expect: no answer is a 5xx. */
class HostileParametersTest {
  private static final RunningHoming HOMING = RunningHoming.shared();

  private static final List<String> PARAMETERS =
      List.of(
          "action",
          "actor",
          "by",
          "changed_since",
          "cursor",
          "enabled",
          "event_id",
          "event_type",
          "id",
          "limit",
          "numbers",
          "order",
          "outcome",
          "q",
          "since",
          "state",
          "subscription_id",
          "target",
          "tenant",
          "text",
          "to",
          "until");

  private static final List<String> FIELDS =
      List.of(
          "action",
          "content_type",
          "description",
          "event_type",
          "event_types",
          "expires_at",
          "key",
          "name",
          "payload",
          "scope",
          "state",
          "subscription_id",
          "tenant",
          "text",
          "theme",
          "url",
          "version");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "%2B1000000000-12-31T23:59:59.999999999Z",
        "-1000000000-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999999999Z",
        "%2B999999999-12-31T23:59",
        "-999999999-01-01T00:00",
        "%00",
        "a%00b",
        "%ff",
        "%ed%a0%80",
        "%25",
        "-1",
        "99999999999999999999",
        "",
      })
  void areAnsweredWithoutAFailure(String value) {
    try (ScriptedReceiver receiver = ScriptedReceiver.start()) {
      Subscribed subscription = HOMING.api().subscribed(receiver);
      SoftAssertions each = new SoftAssertions();
      for (String path : readable(subscription)) {
        for (String parameter : PARAMETERS) {
          String target = "%s?%s=%s".formatted(path, parameter, value);
          each.assertThat(status(request(target))).as(target).isBetween(200, 499);
        }
      }
      each.assertAll();
      HOMING.api().delete(subscription.path());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"%00", "a%00b", "%ff", "%"})
  void inFormsAreAnsweredWithoutAFailure(String value) {
    try (ScriptedReceiver receiver = ScriptedReceiver.start()) {
      Subscribed subscription = HOMING.api().subscribed(receiver);
      String form =
          FIELDS.stream().map(field -> field + "=" + value).collect(Collectors.joining("&"));
      for (String path : paths("POST", HOMING.pages(), subscription)) {
        assertThat(status(request(path, form))).as(path).isBetween(200, 499);
      }
      HOMING.api().delete(subscription.path());
    }
  }

  /** The status of the answer; repeats the request while other tests keep a part busy. */
  private static int status(String request) {
    return await()
        .pollInSameThread()
        .pollDelay(Duration.ZERO)
        .until(() -> RawCaller.call(HOMING.port(), request).status(), status -> status != 503);
  }

  /** Of the API and of the pages. */
  private static List<String> readable(Subscribed subscription) {
    return Stream.of(HOMING.routes(), HOMING.pages())
        .flatMap(routes -> paths("GET", routes, subscription).stream())
        .toList();
  }

  /** Routes of this method, of a subscription that exists. */
  private static List<String> paths(String method, Set<String> routes, Subscribed subscription) {
    List<String> paths =
        routes.stream()
            .filter(route -> route.startsWith(method + " "))
            .map(route -> route.substring(method.length() + 1))
            .map(path -> path.replace("subscriptions/{id}", subscription.path().substring(1)))
            .map(path -> path.replaceAll("\\{[a-z_]+}", "x.y"))
            .distinct()
            .sorted()
            .toList();
    assertThat(paths).anyMatch(path -> path.contains(subscription.path()));
    return paths;
  }

  private static String request(String target) {
    return "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".formatted(target);
  }

  private static String request(String path, String form) {
    return """
    POST %s HTTP/1.1\r
    Host: localhost\r
    Sec-Fetch-Site: same-origin\r
    Connection: close\r
    Content-Type: application/x-www-form-urlencoded\r
    Content-Length: %d\r
    \r
    %s\
    """
        .formatted(path, form.length(), form);
  }
}
