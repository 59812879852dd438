package dev.homing.app.page;

import dev.homing.app.problem.ProblemPages;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ProblemDetail;
import org.springframework.stereotype.Component;

/** Shows the problems of pages as pages. */
@Component
class PagesOfProblems implements ProblemPages {
  private final Templates templates;

  PagesOfProblems(Templates templates) {
    this.templates = templates;
  }

  /** What the template shows. */
  record Model(Visit visit, int status, String title, String detail, String type) {}

  @Override
  public boolean areFor(HttpServletRequest request) {
    Object failed = request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI);
    return isPage(failed == null ? request.getRequestURI() : failed.toString());
  }

  private static boolean isPage(String path) {
    return path.equals("/ui")
        || path.startsWith("/ui/")
        || path.startsWith("/docs/")
        || path.equals("/portal");
  }

  @Override
  public byte[] page(ProblemDetail problem, HttpServletRequest request) {
    Visit visit = Visits.of(request).orElseGet(() -> Visits.anonymous(request));
    Model model =
        new Model(
            visit,
            problem.getStatus(),
            text(problem.getTitle()),
            text(problem.getDetail()),
            problem.getType() == null ? "" : problem.getType().toString());
    return Templates.withDigest(templates.render("page/problem.jte", model), "")
        .getBytes(StandardCharsets.UTF_8);
  }

  private static String text(@Nullable String text) {
    return text == null ? "" : text;
  }
}
