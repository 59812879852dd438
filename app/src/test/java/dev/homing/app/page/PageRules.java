package dev.homing.app.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.journey.Api;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;

/** What holds for every page, whoever reads it. */
final class PageRules {
  private PageRules() {}

  static void assertSound(Document page) {
    assertThat(page.select("html").attr("lang")).isEqualTo("en");
    assertThat(page.title()).endsWith(" · Homing");
    assertThat(page.select("h1")).hasSize(1);
    assertThat(page.select("h1").text()).isNotBlank();
    assertThat(page.select("a.skip").attr("href")).isEqualTo("#main");
    assertThat(page.select("main#main")).hasSize(1);
    for (Element field : page.select("input:not([type=hidden], [hidden]), select, textarea")) {
      boolean labelled =
          !page.select("label[for=" + field.id() + "]").isEmpty() || field.closest("label") != null;
      assertThat(labelled).as("label of %s", field).isTrue();
    }
    assertThat(page.select("th:not([scope])")).isEmpty();
    assertThat(page.select("table:not(:has(caption))")).isEmpty();
    assertThat(page.select("[id]").eachAttr("id")).doesNotHaveDuplicates();
    for (String ids : page.select("[aria-describedby]").eachAttr("aria-describedby")) {
      for (String id : ids.split(" ", -1)) {
        assertThat(page.getElementById(id)).as(id).isNotNull();
      }
    }
    assertThat(page.select("button:not(form button):not([type=button])")).isEmpty();
    assertThat(page.text()).doesNotContain("null", "${", "dev.homing");
  }

  /** The policy forbids it, so it would silently not work. */
  static void assertNothingInline(Document page) {
    assertThat(page.select("script:not([src]), style, [style], iframe, object, base")).isEmpty();
    for (Element element : page.getAllElements()) {
      assertThat(element.attributes().asList())
          .noneMatch(attribute -> attribute.getKey().startsWith("on"))
          .noneMatch(attribute -> attribute.getKey().startsWith("hx-on"))
          .noneMatch(attribute -> attribute.getValue().startsWith("javascript:"));
    }
    assertThat(page.select("script").eachAttr("src"))
        .isNotEmpty()
        .allMatch(source -> source.startsWith("/assets/"));
    assertThat(page.select("link").eachAttr("href"))
        .isNotEmpty()
        .allMatch(file -> file.startsWith("/assets/") || file.equals("/portal/theme.css"));
  }

  static void assertGuarded(Api.Answer page) {
    assertThat(page.header("content-security-policy"))
        .contains("default-src 'none'", "script-src 'self';", "style-src 'self';")
        .contains("form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'")
        .doesNotContain("unsafe");
    assertThat(page.header("cross-origin-opener-policy")).isEqualTo("same-origin");
    assertThat(page.header("referrer-policy")).isEqualTo("same-origin");
    assertThat(page.header("x-content-type-options")).isEqualTo("nosniff");
    assertThat(page.header("cache-control")).contains("no-store");
    assertThat(page.header("set-cookie")).isEmpty();
  }
}
