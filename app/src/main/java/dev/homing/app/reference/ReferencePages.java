package dev.homing.app.reference;

import dev.homing.app.page.OutcomeWord;
import dev.homing.app.page.Outcomes;
import dev.homing.app.page.Templates;
import dev.homing.app.page.Visit;
import dev.homing.app.problem.Problem;
import dev.homing.app.problem.ProblemType;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** A page for each type of problem and each outcome: what it means, who must act, what to check. */
@RestController
@RequestMapping("/docs")
class ReferencePages {
  /** Statuses of refusals that the page tells apart: one for each advice. */
  private static final Map<String, Integer> STATUSES = statuses();

  /** The settings that decide, by the words of problems and outcomes. */
  private static final Map<String, String> SETTINGS =
      Map.of(
          ProblemType.EXPIRED.word(),
          "HOMING_PAYLOAD_RETENTION",
          ProblemType.TOO_LARGE.word(),
          "HOMING_MAX_PAYLOAD",
          OutcomeWord.BLOCKED_DESTINATION.word(),
          "HOMING_ALLOW_DESTINATIONS");

  private final Templates templates;

  ReferencePages(Templates templates) {
    this.templates = templates;
  }

  /**
   * What a page shows.
   *
   * @param kind {@code Problem} or {@code Outcome}
   * @param brief the same as the word, for people
   * @param setting the one to change; empty: there is none, or a customer looks
   * @param byStatus what to check for which statuses; empty unless that differs
   * @param others the paths of the other pages of this kind, by their words
   */
  record Model(
      Visit visit,
      String kind,
      String word,
      String brief,
      String meaning,
      String actor,
      String check,
      String setting,
      Map<String, String> byStatus,
      Map<String, String> others) {}

  @GetMapping("/problems/{word}")
  ResponseEntity<byte[]> problem(
      Visit visit, HttpServletRequest request, @PathVariable String word) {
    ProblemType type =
        ProblemType.of(word)
            .filter(found -> isShown(visit, found))
            .orElseThrow(() -> Problem.notFound("type of problem", word));
    Map<String, String> others = new LinkedHashMap<>();
    Arrays.stream(ProblemType.values())
        .filter(each -> isShown(visit, each))
        .forEach(each -> others.put(each.word(), each.path()));
    return templates.page(
        request,
        "reference/one.jte",
        new Model(
            visit,
            "Problem",
            word,
            "%d %s".formatted(type.status().value(), type.status().getReasonPhrase()),
            type.meaning(),
            type.actor(),
            type.check(),
            setting(visit, word),
            Map.of(),
            others));
  }

  @GetMapping("/outcomes/{word}")
  ResponseEntity<byte[]> outcome(
      Visit visit, HttpServletRequest request, @PathVariable String word) {
    OutcomeWord outcome = OutcomeWord.of(word).orElseThrow(() -> Problem.notFound("outcome", word));
    Map<String, String> others = new LinkedHashMap<>();
    Arrays.stream(OutcomeWord.values()).forEach(each -> others.put(each.word(), each.path()));
    Map<String, String> byStatus = new LinkedHashMap<>();
    if (outcome == OutcomeWord.REFUSED) {
      STATUSES.forEach((statuses, one) -> byStatus.put(statuses, Outcomes.advice(one)));
    }
    return templates.page(
        request,
        "reference/one.jte",
        new Model(
            visit,
            "Outcome",
            word,
            outcome.brief(),
            outcome.meaning(),
            outcome.actor(),
            outcome.advice(),
            setting(visit, word),
            byStatus,
            others));
  }

  /** Customers do not meet the problem of operators. */
  private static boolean isShown(Visit visit, ProblemType type) {
    return visit.customer() == null || type != ProblemType.TEMPORAL_UNAVAILABLE;
  }

  private static String setting(Visit visit, String word) {
    return visit.customer() == null ? SETTINGS.getOrDefault(word, "") : "";
  }

  private static Map<String, Integer> statuses() {
    Map<String, Integer> statuses = new LinkedHashMap<>();
    statuses.put("3xx", 301);
    statuses.put("401, 403", 401);
    statuses.put("404, 405", 404);
    statuses.put("408, 425, 429", 429);
    statuses.put("413", 413);
    statuses.put("other 4xx", 400);
    statuses.put("502, 503, 504", 503);
    statuses.put("other 5xx", 500);
    return statuses;
  }
}
