package dev.homing.app.problem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.journey.Api;
import dev.homing.app.journey.RunningHoming;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Every invalid request gets a problem that says what to do. */
public class ProblemsTest {
  private static final String UUID7 = "01a20b85-ed81-73db-80cd-2b591c6fa31e";
  private static final String VALID =
      """
      {"url": "https://example.com/hook", "event_types": ["a.b"]}
      """;

  private final Api api = RunningHoming.shared().api();

  /**
   * An invalid request.
   *
   * @param detail what the problem's text contains
   */
  private record Refused(
      String method, String path, String body, int status, String detail, String contentType) {
    static Refused of(String method, String path, String body, int status, String detail) {
      return new Refused(method, path, body, status, detail, "application/json");
    }

    Refused as(String otherContentType) {
      return new Refused(method, path, body, status, detail, otherContentType);
    }

    @Override
    public String toString() {
      String shown = body.length() > 60 ? body.substring(0, 60) + "…" : body;
      return "%s %s %s: %d".formatted(method, path, shown.strip(), status);
    }
  }

  private static Refused subscription(String body, int status, String detail) {
    return Refused.of("POST", "/subscriptions", body, status, detail);
  }

  /** A subscription that is valid except for these fields. */
  private static Refused field(String fields, String detail) {
    return subscription(
        """
        {"url": "https://example.com/hook", "event_types": ["a.b"], %s}
        """
            .formatted(fields),
        422,
        detail);
  }

  private static Refused url(String url) {
    return subscription(
        """
        {"url": "%s", "event_types": ["a.b"]}
        """
            .formatted(url),
        422,
        "url: ");
  }

  private static Refused types(String types) {
    return subscription(
        """
        {"url": "https://example.com/hook", "event_types": %s}
        """
            .formatted(types),
        422,
        "event_types: ");
  }

  private static Refused get(String path, int status, String detail) {
    return Refused.of("GET", path, "", status, detail);
  }

  private static Refused key(String tenant, String expiresAt, String detail) {
    return Refused.of(
        "POST",
        "/keys",
        """
        {"tenant": %s, "scopes": ["read"], "expires_at": %s}
        """
            .formatted(tenant, expiresAt),
        422,
        detail);
  }

  private static Refused event(String type) {
    return Refused.of("POST", "/webhooks/" + type, "{}", 422, "event_type: ");
  }

  private static String pairs(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "\"k%d\": \"v\"".formatted(i))
        .reduce((one, other) -> one + "," + other)
        .orElseThrow();
  }

  private static Stream<Refused> unreadable() {
    return Stream.of(
        subscription("{", 400, "JSON"),
        subscription("not json", 400, "JSON"),
        subscription(
            "{\"url\": \"https://a.example\", \"url\": \"https://b.example\"}", 400, "repeats"),
        Refused.of(
            "PATCH",
            "/subscriptions/x",
            "{\"metadata\": {\"a\": \"1\", \"a\": \"2\"}}",
            400,
            "repeats"),
        subscription("{\"enabled\": \"yes\"}", 400, "enabled must be true or false"),
        subscription("{\"event_types\": \"a.b\"}", 400, "event_types must be a list"),
        subscription(
            "{\"retry\": {\"max_attempts\": \"many\"}}",
            400,
            "retry.max_attempts must be a whole number"),
        subscription(
            "{\"timeout\": true}", 400, "timeout must be a number of seconds, or a string"),
        subscription("{\"description\": 5}", 400, "description must be a string"),
        subscription("{\"retry\": []}", 400, "retry must be an object"),
        Refused.of(
            "PATCH",
            "/subscriptions/x",
            "{\"metadata\": %s%s}".formatted("[".repeat(64), "]".repeat(64)),
            400,
            "too deeply"),
        subscription(
            "{\"event_types\": [%s\"a\"]}".formatted("\"a\",".repeat(50_000)), 400, "too long"),
        subscription("{\"" + "n".repeat(1_001) + "\": 0}", 400, "too long"),
        subscription("{\"url\": \"https://example.com\",}", 400, "JSON"),
        subscription("", 400, "JSON"),
        subscription("null", 400, ""),
        subscription("[]", 400, ""),
        subscription("\"text\"", 400, ""),
        subscription("17", 400, ""),
        subscription("{\"nonsense\": 1}", 400, "Unknown field nonsense"),
        subscription(
            "{\"retry\": {\"nonsense\": 1}}", 400, "Unknown field retry.nonsense. Known fields: "),
        subscription("{\"eventTypes\": []}", 400, "Unknown field eventTypes"),
        subscription("{\"url\": 17}", 400, "url"),
        subscription("{\"url\": [\"a\"]}", 400, "url"),
        subscription("{\"event_types\": \"a.b\"}", 400, "event_types"),
        subscription("{\"event_types\": [1]}", 400, "event_types"),
        subscription("{\"event_types\": [{}]}", 400, "event_types[0]"),
        subscription("{\"enabled\": \"yes\"}", 400, "enabled"),
        subscription("{\"enabled\": 1}", 400, "enabled"),
        subscription("{\"metadata\": []}", 400, "metadata"),
        subscription("{\"metadata\": {\"a\": {}}}", 400, "metadata"),
        subscription("{\"retry\": 5}", 400, "retry"),
        subscription("{\"retry\": {\"max_attempts\": \"five\"}}", 400, "retry.max_attempts"),
        subscription("{\"retry\": {\"max_attempts\": 1.5}}", 400, "retry.max_attempts"),
        subscription("{\"retry\": {\"initial_interval\": \"soon\"}}", 400, "retry.initial"),
        subscription("{\"timeout\": \"1 fortnight\"}", 400, "timeout"),
        subscription("{\"timeout\": \"9999999999999999d\"}", 400, "timeout"),
        subscription("{\"ordered\": \"yes\"}", 400, "ordered"),
        subscription("{\"on_failure\": true}", 400, "on_failure"),
        subscription("{\"max_block\": \"long\"}", 400, "max_block"),
        subscription("{\"timeout\": true}", 400, "timeout"),
        subscription("{\"rate\": 100}", 400, "rate"),
        subscription("{\"rate\": {\"limit\": 1, \"per\": \"day\"}}", 400, "rate.per"),
        subscription("{\"max_in_flight\": \"few\"}", 400, "max_in_flight"),
        subscription("{\"timeout\": 99999999999999999999}", 400, "too large"));
  }

  private static Stream<Refused> invalid() {
    return Stream.of(
        subscription("{}", 422, "2 fields"),
        subscription("{\"event_types\": [\"a.b\"]}", 422, "url: is required"),
        subscription("{\"url\": \"https://example.com\"}", 422, "event_types: must"),
        url(""),
        url("example.com"),
        url("ftp://example.com"),
        url("https://"),
        url("https:///path"),
        url("https://user:password@example.com"),
        url("https://example.com/#part"),
        url("https://example.com/ space"),
        url("https://example.com:6379/"),
        url("http://0x7f.1/"),
        url("http://010.0.0.1/"),
        url("https://example.com:99999/"),
        url("https://example.com/" + "a".repeat(2_048)),
        types("[]"),
        types("[\"\"]"),
        types("[\"a..b\"]"),
        types("[\"a b\"]"),
        types("[\"*.a\"]"),
        types("[\"a*\"]"),
        types("[null]"),
        types("[\"%s\"]".formatted("a".repeat(129))),
        types(IntStream.range(0, 51).mapToObj(i -> "\"t" + i + "\"").toList().toString()),
        field("\"description\": \"%s\"".formatted("d".repeat(501)), "description: must"),
        field("\"metadata\": {%s}".formatted(pairs(51)), "metadata: must"),
        field("\"metadata\": {\"a\": \"%s\"}".formatted("v".repeat(501)), "metadata: must"),
        field("\"metadata\": {\"a\": null}", "metadata: must"),
        field("\"retry\": {\"max_attempts\": 0}", "retry.max_attempts: must be from 1 to 100"),
        field("\"retry\": {\"max_attempts\": 101}", "retry.max_attempts: must be from 1 to 100"),
        field("\"retry\": {\"initial_interval\": 0}", "retry.initial_interval: must"),
        field("\"retry\": {\"initial_interval\": \"100ms\"}", "retry.initial_interval: must"),
        field("\"retry\": {\"initial_interval\": -5}", "retry.initial_interval: must"),
        field("\"retry\": {\"max_interval\": \"8d\"}", "retry.max_interval: must"),
        field(
            "\"retry\": {\"initial_interval\": \"10s\", \"max_interval\": \"5s\"}",
            "retry.max_interval: must not be below"),
        field("\"on_failure\": \"wait\"", "on_failure: must be block or skip"),
        field("\"on_failure\": \"SKIP\"", "on_failure: must be block or skip"),
        field("\"max_block\": 0", "max_block: must be whole seconds, from 1 to 604800"),
        field("\"max_block\": \"8d\"", "max_block: must be whole seconds, from 1 to 604800"),
        field("\"timeout\": 0", "timeout: must"),
        field("\"rate\": {\"limit\": 0, \"per\": \"1s\"}", "rate.limit: must be from 1 to 100000"),
        field("\"rate\": {\"limit\": 100001, \"per\": \"1h\"}", "rate.limit: must be from 1 to"),
        field("\"rate\": {\"per\": \"1h\"}", "rate.limit: must be from 1 to"),
        field("\"rate\": {\"limit\": 5}", "rate.per: must be 1s, 1m or 1h"),
        field("\"rate\": {\"limit\": 5, \"per\": \"2s\"}", "rate.per: must be 1s, 1m or 1h"),
        field("\"max_in_flight\": 0", "max_in_flight: must be from 1 to 500"),
        field("\"max_in_flight\": 501", "max_in_flight: must be from 1 to 500"),
        field("\"timeout\": \"61s\"", "timeout: must"),
        field("\"timeout\": 9223372036854775807", "timeout: must"),
        field("\"description\": \"a\\u0000b\"", "description: must"),
        field("\"description\": \"a\\ud800\"", "description: must"),
        field("\"metadata\": {\"a\": \"\\u0000\"}", "metadata: must"),
        field("\"metadata\": {\"a\": \"\\udc00\\ud800\"}", "metadata: must"),
        field("\"metadata\": {\"\\u0000\": \"a\"}", "metadata: must"),
        field("\"secret\": \"\"", "secret: "),
        field("\"secret\": \"short\"", "secret: "),
        field("\"secret\": \"whsec_!!!\"", "secret: "),
        field("\"secret\": \"whsec_c2hvcnQ=\"", "secret: "),
        key("\"\\u0000\"", "null", "tenant: must"),
        key("\"default\"", "\"2001-01-01T00:00:00Z\"", "expires_at: must"),
        key("\"default\"", "\"+10000-01-01T00:00:00Z\"", "expires_at: must"),
        key("\"default\"", "\"+1000000000-12-31T23:59:59Z\"", "expires_at: must"),
        event("homing.a"),
        event("order..created"),
        event("order.*"),
        event("*"),
        Refused.of("POST", "/webhooks/.", "{}", 400, "Check its path"),
        event("order%20created"),
        event("%C3%BC"),
        event("a".repeat(129)));
  }

  private static Stream<Refused> unfound() {
    return Stream.of(
        get("/subscriptions/sub_" + UUID7, 404, "There is no subscription sub_" + UUID7),
        get("/subscriptions/nonsense", 404, "There is no subscription nonsense"),
        get("/subscriptions/evt_" + UUID7, 404, "There is no subscription"),
        get("/subscriptions/sub_01A20B85-ED81-73DB-80CD-2B591C6FA31E", 404, "no subscription"),
        Refused.of("DELETE", "/subscriptions/sub_" + UUID7, "", 404, "no subscription"),
        Refused.of("PATCH", "/subscriptions/sub_" + UUID7, "{}", 404, "no subscription"),
        Refused.of("PUT", "/subscriptions/sub_" + UUID7, VALID, 404, "no subscription"),
        Refused.of("POST", "/subscriptions/sub_" + UUID7 + "/test", "", 404, "no subscription"),
        get("/events/evt_" + UUID7, 404, "There is no event"),
        get("/events/nonsense", 404, "There is no event"),
        get("/events/evt_" + UUID7 + "/payload", 404, "There is no event"),
        get("/deliveries/dlv_" + UUID7, 404, "There is no delivery"),
        get("/deliveries/nonsense", 404, "There is no delivery"),
        Refused.of("POST", "/deliveries/dlv_" + UUID7 + "/retry", "", 404, "no delivery"),
        Refused.of("POST", "/deliveries/dlv_" + UUID7 + "/cancel", "", 404, "no delivery"),
        get("/nowhere", 404, ""),
        get("/", 404, ""),
        get("/subscriptions/a/b/c", 404, ""),
        get("/actuator/health", 404, ""),
        get("/actuator/prometheus", 404, ""),
        get("/webhooks", 404, ""),
        Refused.of("POST", "/webhooks/", "{}", 404, ""));
  }

  private static Stream<Refused> unacceptable() {
    return Stream.of(
        Refused.of("DELETE", "/subscriptions", "", 405, ""),
        Refused.of("PUT", "/subscriptions", VALID, 405, ""),
        Refused.of("POST", "/subscriptions/sub_" + UUID7, VALID, 405, ""),
        get("/webhooks/a.b", 405, ""),
        Refused.of("DELETE", "/events/evt_" + UUID7, "", 405, ""),
        Refused.of("POST", "/events", "{}", 405, ""),
        Refused.of("POST", "/deliveries", "{}", 405, ""),
        get("/deliveries/dlv_" + UUID7 + "/retry", 405, ""),
        subscription(VALID, 415, "").as("text/plain"),
        subscription(VALID, 415, "").as("application/x-www-form-urlencoded"),
        subscription(VALID, 415, "").as("nonsense"),
        Refused.of("PATCH", "/subscriptions/sub_" + UUID7, "{}", 415, "").as("text/plain"),
        Refused.of("PATCH", "/subscriptions/sub_" + UUID7, "[]", 400, ""),
        get("/subscriptions?limit=0", 400, "limit must be from 1 to 250"),
        get("/subscriptions?limit=251", 400, "limit must be from 1 to 250"),
        get("/subscriptions?limit=many", 400, "limit"),
        get("/subscriptions?limit=99999999999", 400, "limit"),
        get("/subscriptions?cursor=nonsense", 400, "cursor must be a next_cursor"),
        get("/subscriptions?cursor=%00", 400, "cursor must not contain NUL"),
        get("/subscriptions?enabled=maybe", 400, "enabled"),
        get("/events?since=yesterday", 400, "since"),
        get("/events?until=2026-13-01T00:00:00Z", 400, "until"),
        get("/events?type=%00", 400, "event_type"),
        get("/deliveries?event_type=%00", 400, "event_type"),
        get("/subscriptions?event_type=%00", 400, "event_type"),
        get("/deliveries?state=lost", 400, "state must be one of pending, retrying"),
        get(
            "/deliveries?state=pending&order=updated_at",
            400,
            "state=pending cannot be combined with order"),
        get("/deliveries?order=created_at", 400, "order must be newest or updated_at"),
        get("/events?order=updated_at", 400, "order must be newest or accepted_at"),
        get("/audit?order=x", 400, "order must be newest or at"),
        get("/subscriptions?order=newest", 400, "Unknown parameter order"),
        get("/deliveries?status=failed", 400, "Unknown parameter status. This route takes cursor,"),
        get("/deliveries?state=failed&state=held", 400, "Send the parameter state only once"),
        get("/deliveries?event=a&event_id=b", 400, "Send the parameter event_id only once"),
        get("/audit/export?limit=5", 400, "limit and cursor are not supported here"),
        get("/deliveries?subscription=nonsense", 400, "subscription_id must be an id"),
        get("/deliveries?event=nonsense", 400, "event_id must be an id"),
        get("/deliveries?since=now", 400, "since"),
        get("/keys?tenant=%00", 400, "tenant"),
        get("/tenants?cursor=x", 400, "cursor must be a next_cursor"),
        get("/tenants?cursor=a%00", 400, "cursor must not contain NUL"),
        get("/events?limit=%ff", 400, "percent-encoded"),
        get("/events?=1", 400, "name=value"),
        get("/events?since=%ed%a0%80", 400, "percent-encoded"),
        Refused.of("POST", "/subscriptions/sub_" + UUID7 + "/rotate", "{}", 415, "").as("*/*"));
  }

  @ParameterizedTest
  @MethodSource({"unreadable", "invalid", "unfound", "unacceptable"})
  void isAProblemThatSaysWhatToDo(Refused refused) {
    Api.Answer answer =
        refused.body().isEmpty() && !refused.method().equals("POST")
            ? api.send(refused.method(), refused.path(), BodyPublishers.noBody())
            : api.send(
                refused.method(),
                refused.path(),
                BodyPublishers.ofString(refused.body()),
                "Content-Type",
                refused.contentType());

    JsonNode problem = problem(answer, refused.status());
    assertThat(Api.text(problem, "detail")).contains(refused.detail());
  }

  /** The problem, after checking that it reveals nothing internal. */
  public static JsonNode problem(Api.Answer answer, int status) {
    answer.expect(status);
    assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
    JsonNode problem = answer.json();
    assertThat(problem.get("status").intValue()).isEqualTo(status);
    assertThat(Api.text(problem, "title")).isNotBlank();
    assertThat(problem.path("detail").asString()).isNotBlank();
    assertThat(answer.text())
        .doesNotContainPattern(
            "(?i)exception|\\bat [a-z.]+\\(|trace|tomcat|jackson|dev\\.homing\\.")
        .doesNotContainPattern("\\b(java|org|tools)\\.[a-z]+\\.");
    return problem;
  }

  @Test
  void everyInvalidFieldHasAnEntry() {
    JsonNode problem =
        problem(
            api.post(
                "/subscriptions",
                """
                {"url": "nonsense", "event_types": ["a..b"], "description": "%s", "timeout": 0,
                 "metadata": {"a": null}, "secret": "short",
                 "retry": {"max_attempts": 0, "initial_interval": 0, "max_interval": 0}}
                """
                    .formatted("d".repeat(501))),
            422);

    assertThat(problem.get("errors").valueStream().map(error -> Api.text(error, "field")))
        .containsExactlyInAnyOrder(
            "url",
            "event_types",
            "description",
            "timeout",
            "metadata",
            "secret",
            "retry.max_attempts",
            "retry.initial_interval",
            "retry.max_interval");
    assertThat(problem.get("errors").valueStream())
        .allSatisfy(error -> assertThat(Api.text(error, "detail")).isNotBlank());
  }

  @Test
  void invalidEventTypesMakeOneEntry() {
    JsonNode problem =
        problem(
            api.post(
                "/subscriptions",
                """
                {"url": "https://example.com", "event_types": ["a..b", "c..d", "e f"]}
                """),
            422);

    assertThat(problem.get("errors")).hasSize(1);
  }

  @Test
  void anInvalidSecretIsNotRepeated() {
    Api.Answer answer =
        api.post(
            "/subscriptions",
            """
            {"url": "https://example.com", "event_types": ["a"], "secret": "whsec_dG9wLXNlY3JldA=="}
            """);

    problem(answer, 422);
    assertThat(answer.text()).doesNotContain("dG9wLXNlY3JldA");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/subscriptions", "/webhooks/a.b", "/webhooks/a.b/"})
  void aBodyIsReadUpToTheLimitAndNoFurther(String path) {
    byte[] large = new byte[256 * 1024 + 1];
    Arrays.fill(large, (byte) ' ');

    JsonNode sized = problem(json("POST", path, BodyPublishers.ofByteArray(large)), 413);
    assertThat(Api.text(sized, "detail")).contains("262144 bytes");
    JsonNode chunked =
        problem(
            json("POST", path, BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(large))),
            413);
    assertThat(Api.text(chunked, "detail")).contains("262144 bytes");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"nonsense", "text/", "*/*", "a/b; charset=nonsense", "a/b; c", "a/b;c=\"", "ü/ü"})
  void anUnusualContentTypeIsKeptOrRefused(String contentType) {
    Api.Answer accepted =
        api.send(
            "POST",
            "/webhooks/nobody.hears.this",
            BodyPublishers.ofString("x"),
            "Content-Type",
            contentType);

    if (accepted.status() == 202) {
      Api.Answer payload = api.get("/events/" + Api.id(accepted) + "/payload").expect(200);
      assertThat(payload.text()).isEqualTo("x");
    } else {
      problem(accepted, 415);
    }
  }

  @Test
  void timesOutsideAllEventsAreAccepted() {
    String first = "-999999999-01-01T00:00:00Z";
    String last = "%2B999999999-01-01T00:00:00Z";
    String type = "x" + UUID.randomUUID();
    String event = api.trigger(type);

    for (String path : List.of("/events", "/deliveries")) {
      assertThat(api.get(path + "?until=" + first).expect(200).json().get("items")).isEmpty();
      assertThat(api.get(path + "?since=" + last).expect(200).json().get("items")).isEmpty();
    }
    String all = "/events?limit=1&event_type=%s&since=%s&until=%s".formatted(type, first, last);
    assertThat(api.get(all).expect(200).text()).contains(event);
  }

  @Test
  void aBodyOfTheLargestSizeIsAccepted() {
    byte[] largest = new byte[256 * 1024];

    json("POST", "/webhooks/nobody.hears.this", BodyPublishers.ofByteArray(largest)).expect(202);
  }

  private Api.Answer json(String method, String path, BodyPublisher body) {
    return api.send(method, path, body, "Content-Type", "application/json");
  }

  @Test
  void answersJsonForEveryAcceptHeader() {
    for (String accepted : List.of("text/csv", "nonsense", "application/json", "*/*")) {
      Api.Answer answer = api.get("/subscriptions", "Accept", accepted).expect(200);
      assertThat(answer.header("content-type")).isEqualTo("application/json");
    }
    problem(api.get("/subscriptions/nonsense", "Accept", "text/html"), 404);
  }

  /** Details are our own words, not the framework's. */
  @Test
  void detailsAreOurOwn() {
    assertThat(Api.text(problem(api.get("/nowhere/a.b"), 404), "detail"))
        .isEqualTo("No route matches this path. See the API documentation.");
    assertThat(
            Api.text(
                problem(api.send("POST", "/subscriptions", BodyPublishers.ofString("{}")), 415),
                "detail"))
        .isEqualTo("Send a body with Content-Type: application/json.");
  }

  @Test
  void aWrongMethodGetsTheAllowedOnes() {
    Api.Answer answer = api.delete("/subscriptions");

    assertThat(answer.header("allow")).contains("GET", "POST");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/subscriptions",
        "/events",
        "/deliveries",
        "/subscriptions?limit=1",
        "/events?limit=1"
      })
  void everyPathAcceptsATrailingSlash(String path) {
    String[] parts = path.split("\\?", 2);
    String slashed = parts[0] + "/" + (parts.length == 2 ? "?" + parts[1] : "");

    assertThat(api.get(slashed).expect(200).json().propertyNames())
        .isEqualTo(api.get(path).expect(200).json().propertyNames());
  }

  @Test
  void writesAcceptATrailingSlash() {
    String id = Api.id(api.post("/subscriptions/", VALID).expect(201));
    api.get("/subscriptions/" + id + "/").expect(200);
    api.send("PATCH", "/subscriptions/" + id + "/", Map.of("description", "d")).expect(200);
    String event = Api.id(api.post("/webhooks/nobody.hears.this/", "{}").expect(202));
    api.get("/events/" + event + "/").expect(200);
    api.get("/events/" + event + "/payload/").expect(200);
    api.delete("/subscriptions/" + id + "/").expect(204);
  }
}
