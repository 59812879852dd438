package dev.homing.app.page;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.journey.Api;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;

/**
 * A browser without scripts: it sends forms of its own pages, with its cookie.
 *
 * @param cookie {@code name=value}; empty: none
 */
public record Browser(Api api, String cookie) {
  public static Browser of(Api api) {
    return new Browser(api, "");
  }

  /** One that has signed in with this key. */
  public static Browser signedIn(Api api, String key) {
    Api.Answer answer = of(api).post("/ui/sign-in", Map.of("key", key)).expect(303);
    return new Browser(api, cookieOf(answer));
  }

  /** The cookie that an answer sets, as it is sent back. */
  public static String cookieOf(Api.Answer answer) {
    return answer.header("set-cookie").replaceFirst(";.*", "");
  }

  public Api.Answer get(String path, String... headers) {
    return api.get(path, with(headers));
  }

  /** The page at a path, which must be there. */
  public Document page(String path) {
    return parsed(get(path).expect(200));
  }

  public static Document parsed(Api.Answer answer) {
    assertThat(answer.header("content-type")).isEqualTo("text/html;charset=UTF-8");
    return Jsoup.parse(answer.text());
  }

  public Api.Answer post(String path, Map<String, String> fields, String... headers) {
    return post(path, List.copyOf(fields.entrySet()), headers);
  }

  /** Sends fields of which several may have the same name, such as ticked boxes. */
  public Api.Answer post(String path, List<Map.Entry<String, String>> fields, String... headers) {
    String body =
        fields.stream()
            .map(field -> encoded(field.getKey()) + "=" + encoded(field.getValue()))
            .collect(Collectors.joining("&"));
    List<String> all =
        new ArrayList<>(List.of("Content-Type", "application/x-www-form-urlencoded"));
    all.addAll(List.of(headers));
    if (!all.contains("Sec-Fetch-Site") && !all.contains("Origin")) {
      all.addAll(List.of("Sec-Fetch-Site", "same-origin"));
    }
    return api.send("POST", path, BodyPublishers.ofString(body), with(all.toArray(new String[0])));
  }

  /** Sends the form of a page that goes to a path ending so, with some fields changed. */
  public Api.Answer submit(Document page, String action, Map<String, String> changed) {
    Element form =
        page.select("form[method=post]").stream()
            .filter(each -> each.attr("action").replaceFirst("\\?.*", "").endsWith(action))
            .findFirst()
            .orElseThrow(() -> new AssertionError("no form to " + action + " in " + page));
    Map<String, String> fields = new HashMap<>();
    for (Element field : form.select("[name]")) {
      switch (field.normalName()) {
        case "select" ->
            fields.put(field.attr("name"), field.select("option[selected]").attr("value"));
        case "textarea" -> fields.put(field.attr("name"), field.wholeText());
        default -> {
          if (!field.attr("type").equals("checkbox") || field.hasAttr("checked")) {
            fields.put(field.attr("name"), field.attr("value"));
          }
        }
      }
    }
    fields.putAll(changed);
    return post(form.attr("action"), fields);
  }

  /** The element with an id, which must be there. */
  public static Element element(Document page, String id) {
    return requireNonNull(page.getElementById(id), id);
  }

  /** The page to which an answer sends the browser. */
  public Document follow(Api.Answer answer) {
    return page(answer.expect(303).header("location"));
  }

  private String[] with(String... headers) {
    if (cookie.isEmpty()) {
      return headers;
    }
    List<String> all = new ArrayList<>(List.of(headers));
    all.addAll(List.of("Cookie", cookie));
    return all.toArray(new String[0]);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
