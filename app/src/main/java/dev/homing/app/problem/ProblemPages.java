package dev.homing.app.problem;

import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;

/** Shows problems as pages, to browsers that asked for one. */
public interface ProblemPages {
  MediaType HTML = new MediaType(MediaType.TEXT_HTML, StandardCharsets.UTF_8);

  /** Whether this request, or the one that failed before it, asked for a page. */
  boolean areFor(HttpServletRequest request);

  /** The page, in UTF-8. */
  byte[] page(ProblemDetail problem, HttpServletRequest request);
}
