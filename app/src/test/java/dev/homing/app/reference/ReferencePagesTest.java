package dev.homing.app.reference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.journey.Api;
import dev.homing.app.journey.RunningHoming;
import dev.homing.app.page.OutcomeWord;
import dev.homing.app.problem.ProblemType;
import dev.homing.workflows.delivery.Outcome;
import java.util.Arrays;
import java.util.List;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.Test;

/** What the API says about itself is there for everybody, and complete. */
class ReferencePagesTest {
  private final Api stranger = RunningHoming.withAdminKey().api();

  @Test
  void everyOutcomeHasAPage() {
    List<String> words = Outcome.words();

    for (String word : words) {
      Document page = page("/docs/outcomes/" + word);
      assertThat(page.select("h1").text()).isEqualTo(word);
      assertThat(page.text()).contains("Who must act", "What to check");
    }
    assertThat(Arrays.stream(OutcomeWord.values()).map(OutcomeWord::word))
        .containsExactlyInAnyOrderElementsOf(words);
  }

  @Test
  void everyProblemTypeHasAPage() {
    for (ProblemType type : ProblemType.values()) {
      assertThat(page(type.path()).text()).contains(type.meaning(), type.actor(), type.check());
    }
  }

  @Test
  void theTypeOfAProblemLeadsToItsPage() {
    String type = Api.text(stranger.get("/events").expect(401).json(), "type");

    assertThat(page(type).select("h1").text()).isEqualTo("unauthorized");
  }

  @Test
  void anUnknownWordIsA404() {
    assertThat(stranger.get("/docs/outcomes/nonsense").expect(404).text())
        .contains("There is no outcome nonsense.");
  }

  @Test
  void pagesLinkToOthersThatExist() {
    for (String path : List.of("/docs/outcomes/refused", "/docs/problems/stale-version")) {
      List<String> links = page(path).select("main a[href^=/docs/]").eachAttr("href");
      assertThat(links).as(path).hasSizeGreaterThan(5);
      links.forEach(this::page);
    }
  }

  @Test
  void theDocumentMayBeCachedAndIsSentOnce() {
    Api.Answer first = stranger.get("/openapi.json").expect(200);

    assertThat(first.json().get("openapi").stringValue()).startsWith("3.1");
    assertThat(first.header("cache-control")).isEqualTo("max-age=300, public");
    assertThat(first.header("content-type")).isEqualTo("application/json");
    stranger.get("/openapi.json", "If-None-Match", first.header("etag")).expect(304);
  }

  private Document page(String path) {
    Api.Answer answer = stranger.get(path).expect(200);
    assertThat(answer.header("content-type")).isEqualTo("text/html;charset=UTF-8");
    assertThat(answer.header("content-security-policy")).contains("default-src 'none'");
    return Jsoup.parse(answer.text());
  }
}
