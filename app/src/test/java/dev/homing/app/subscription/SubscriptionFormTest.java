package dev.homing.app.subscription;

import static dev.homing.app.page.Browser.element;
import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.http.PaceFields;
import dev.homing.app.journey.Api;
import dev.homing.app.journey.RunningHoming;
import dev.homing.app.page.Browser;
import java.lang.reflect.RecordComponent;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import okhttp3.tls.HeldCertificate;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The form of a subscription has every field of the API, and loses none. */
class SubscriptionFormTest {
  private static final RunningHoming HOMING = RunningHoming.withAdminKey();
  private static final Api API = HOMING.admin();
  private static final Browser BROWSER = Browser.signedIn(HOMING.api(), RunningHoming.ADMIN_KEY);
  private static final Pattern ID = Pattern.compile("sub_[0-9a-f-]{36}");

  /** Records in which fields of the API are grouped. */
  private static final Set<Class<?>> GROUPS =
      Set.of(SubscriptionRequest.RetryRequest.class, TlsFields.class, PaceFields.Rate.class);

  /** Those that are set at registration only, and afterwards by rotating. */
  private static final List<String> OF_NEW_ONES = List.of("signature_scheme", "secret");

  private static Stream<String> fields(Class<?> type, String prefix) {
    return Stream.of(type.getRecordComponents())
        .flatMap(
            component ->
                GROUPS.contains(component.getType())
                    ? fields(component.getType(), name(component) + ".")
                    : Stream.of(prefix + name(component)));
  }

  private static String name(RecordComponent component) {
    return component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
  }

  @Test
  void hasEveryFieldOfTheApi() {
    Set<String> all = fields(SubscriptionRequest.class, "").collect(Collectors.toSet());
    assertThat(all).contains("retry.max_attempts", "rate.per", "tls.key", "url").hasSize(23);

    assertThat(names(BROWSER.page("/ui/subscriptions/new"))).isEqualTo(all);
    all.removeAll(OF_NEW_ONES);
    assertThat(names(BROWSER.page("/ui/subscriptions/" + created(Map.of()) + "/edit")))
        .isEqualTo(all);
  }

  private static Set<String> names(Document page) {
    return page.select("main form [name]").eachAttr("name").stream()
        .filter(name -> !name.equals("version"))
        .collect(Collectors.toSet());
  }

  /** Creates one by the form, which must be accepted. */
  private static String created(Map<String, String> more) {
    Map<String, String> fields = new HashMap<>(more);
    fields.putIfAbsent("url", "https://example.com/hook");
    fields.putIfAbsent("event_types", "form.a");
    Document secret =
        Browser.parsed(
            BROWSER.submit(BROWSER.page("/ui/subscriptions/new"), "/new", fields).expect(200));
    var id = ID.matcher(secret.select("a.primary").attr("href"));
    assertThat(id.find()).isTrue();
    return id.group();
  }

  private static JsonNode stored(String id) {
    return API.get("/subscriptions/" + id).expect(200).json();
  }

  @Test
  void storesEachFieldAndGivesItBackUnchanged() {
    HeldCertificate client = new HeldCertificate.Builder().commonName("homing").build();
    String secret = "whsec_" + "b3duLXNlY3JldC1vZi10aGUtZm9ybS10ZXN0";
    String id =
        created(
            Map.ofEntries(
                Map.entry("url", " https://example.com/hook "),
                Map.entry("event_types", "form.a\r\nform.b.* 123"),
                Map.entry("description", "by hand"),
                Map.entry("metadata", "{\"a: b\": \"line\\nend\", \"team\": \"billing\"}"),
                Map.entry("ordered", "true"),
                Map.entry("on_failure", "skip"),
                Map.entry("max_block", "2h"),
                Map.entry("headers", "X-One: 1\r\nX-Two: a: b"),
                Map.entry("secret_headers", "Authorization: Bearer x"),
                Map.entry("tls.authority", client.certificatePem()),
                Map.entry("tls.certificate", client.certificatePem()),
                Map.entry("tls.key", client.privateKeyPkcs8Pem()),
                Map.entry("retry.max_attempts", "7"),
                Map.entry("retry.initial_interval", "2m"),
                Map.entry("retry.max_interval", "1h"),
                Map.entry("no_retry_statuses", "400, 422"),
                Map.entry("timeout", "20s"),
                Map.entry("rate.limit", "50"),
                Map.entry("rate.per", "60"),
                Map.entry("max_in_flight", "3"),
                Map.entry("signature_scheme", "v1"),
                Map.entry("secret", secret)));

    JsonNode stored = stored(id);
    ObjectNode expected =
        (ObjectNode)
            JsonMapper.shared()
                .readTree(
                    """
                    {"url": "https://example.com/hook", "event_types": ["123", "form.a", "form.b.*"],
                     "description": "by hand", "enabled": true,
                     "metadata": {"a: b": "line\\nend", "team": "billing"},
                     "ordered": true, "on_failure": "skip", "max_block": 7200,
                     "headers": {"X-One": "1", "X-Two": "a: b"},
                     "secret_headers": {"Authorization": "***"},
                     "retry": {"max_attempts": 7, "initial_interval": 120, "max_interval": 3600},
                     "no_retry_statuses": [400, 422], "timeout": 20,
                     "rate": {"limit": 50, "per": 60}, "max_in_flight": 3,
                     "signature_scheme": "v1"}
                    """);
    expected
        .putObject("tls")
        .put("authority", client.certificatePem())
        .put("certificate", client.certificatePem())
        .put("key", "***");
    expected
        .properties()
        .forEach(
            field ->
                assertThat(stored.get(field.getKey()))
                    .as(field.getKey())
                    .isEqualTo(field.getValue()));
    assertThat(API.post("/subscriptions/" + id + "/reveal").expect(200).json().get("secret"))
        .isEqualTo(JsonMapper.shared().valueToTree(secret));

    String path = "/ui/subscriptions/" + id;
    Api.Answer before = API.get("/subscriptions/" + id).expect(200);
    BROWSER.follow(BROWSER.submit(BROWSER.page(path + "/edit"), "/edit", Map.of()));
    assertThat(API.get("/subscriptions/" + id).header("etag")).isEqualTo(before.header("etag"));
  }

  @Test
  void whatIsEmptiedGetsItsDefault() {
    String id =
        created(
            Map.of(
                "rate.limit", "5",
                "max_in_flight", "2",
                "metadata", "{\"a\": \"b\"}",
                "retry.max_attempts", "3"));
    String path = "/ui/subscriptions/" + id + "/edit";

    BROWSER.follow(
        BROWSER.submit(
            BROWSER.page(path),
            "/edit",
            Map.of(
                "rate.limit", "", "max_in_flight", "", "metadata", "", "retry.max_attempts", "")));

    JsonNode stored = stored(id);
    assertThat(stored.get("rate").isNull()).isTrue();
    assertThat(stored.get("max_in_flight").isNull()).isTrue();
    assertThat(stored.get("metadata")).isEmpty();
    assertThat(stored.get("retry").get("max_attempts").isNull()).isTrue();
  }

  @Test
  void anUntickedBoxPauses() {
    String id = created(Map.of());
    Document edit = BROWSER.page("/ui/subscriptions/" + id + "/edit");
    edit.select("[name=enabled]").removeAttr("checked");

    BROWSER.follow(BROWSER.submit(edit, "/edit", Map.of()));

    assertThat(stored(id).get("enabled").booleanValue()).isFalse();
  }

  /** The texts are those of the API. */
  @ParameterizedTest
  @CsvSource({
    "rate.limit,      0,          must be from 1 to 100000",
    "max_in_flight,   501,        must be from 1 to 500",
    "max_block,       8d,         'must be whole seconds, from 1 to 604800'",
    "on_failure,      wait,       must be block or skip",
    "tls.authority,   x,          ",
    "secret,          whsec_x,    ",
    "headers,         Host: x,    ",
    "secret_headers,  Host: x,    ",
    "retry.max_attempts, 101,     must be from 1 to 100",
  })
  void aFaultStandsBesideItsField(String field, String text, String fault) {
    Api.Answer refused =
        BROWSER
            .submit(
                BROWSER.page("/ui/subscriptions/new"),
                "/new",
                Map.of("url", "https://example.com", "event_types", "a", field, text))
            .expect(422);

    Document page = Browser.parsed(refused);
    String id = field.replace('_', '-').replace('.', '-');
    assertThat(element(page, id + "-fault").text()).contains(fault == null ? "" : fault);
    assertThat(page.select("details").hasAttr("open")).isEqualTo(field.startsWith("tls"));
  }

  @Test
  void metadataThatIsNoJsonSaysSo() {
    Api.Answer refused =
        BROWSER
            .submit(
                BROWSER.page("/ui/subscriptions/new"),
                "/new",
                Map.of("url", "https://example.com", "event_types", "a", "metadata", "a: b"))
            .expect(400);

    Document page = Browser.parsed(refused);
    assertThat(page.select(".notice.bad").text())
        .isEqualTo("The field metadata must be an object.");
    assertThat(element(page, "metadata").wholeText()).isEqualTo("a: b");
  }
}
