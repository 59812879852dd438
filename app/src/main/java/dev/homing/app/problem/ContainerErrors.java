package dev.homing.app.problem;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Answers errors outside the controllers with a problem. */
@RestController
class ContainerErrors implements ErrorController {
  private final ProblemPages pages;

  ContainerErrors(ProblemPages pages) {
    this.pages = pages;
  }

  @RequestMapping("/error")
  ResponseEntity<?> answer(HttpServletRequest request) {
    Object code = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE);
    HttpStatus known = code instanceof Integer number ? HttpStatus.resolve(number) : null;
    HttpStatus status = known == null ? HttpStatus.NOT_FOUND : known;
    ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, detail(status));
    ProblemType.of(status.value()).map(ProblemType::uri).ifPresent(problem::setType);
    ResponseEntity.BodyBuilder answer =
        ResponseEntity.status(status)
            .cacheControl(CacheControl.noStore())
            .header("X-Content-Type-Options", "nosniff");
    return pages.areFor(request)
        ? answer.contentType(ProblemPages.HTML).body(pages.page(problem, request))
        : answer.contentType(MediaType.APPLICATION_PROBLEM_JSON).body(problem);
  }

  static String detail(HttpStatus status) {
    if (status == HttpStatus.REQUEST_TIMEOUT) {
      return Problem.TOO_SLOW;
    }
    if (status == HttpStatus.REQUEST_HEADER_FIELDS_TOO_LARGE) {
      return "The headers are too large. Send at most 8 KiB, including the request line.";
    }
    return status.is4xxClientError()
        ? "The request cannot be understood. Check its path, method and headers."
        : "Internal error. Repeat the request; if it fails again, check the log.";
  }
}
