package dev.homing.app.problem;

import dev.homing.activities.GroupCommit;
import java.io.IOException;
import java.util.stream.Collectors;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.security.web.firewall.RequestRejectedException;
import org.springframework.transaction.TransactionException;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.ServletWebRequest;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;
import org.springframework.web.servlet.resource.NoResourceFoundException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.JacksonIOException;

/** Turns every failure into a problem that says what to do next and reveals nothing internal. */
@RestControllerAdvice
class Problems extends ResponseEntityExceptionHandler {
  private static final Logger log = LoggerFactory.getLogger(Problems.class);

  private final ProblemPages pages;

  Problems(ProblemPages pages) {
    this.pages = pages;
  }

  @Override
  protected @Nullable ResponseEntity<Object> handleHttpMessageNotReadable(
      HttpMessageNotReadableException failure,
      HttpHeaders headers,
      HttpStatusCode status,
      WebRequest request) {
    return answer(unreadable(failure), request);
  }

  private static Problem unreadable(Throwable failure) {
    return switch (failure) {
      case UnreadableBody refused -> refused.problem();
      case JacksonException json when !(json instanceof JacksonIOException) ->
          Problem.unreadable(json);
      default ->
          failure.getCause() == null
              ? Problem.malformed("A JSON body is required.")
              : unreadable(failure.getCause());
    };
  }

  @ExceptionHandler
  @Nullable ResponseEntity<Object> handle(UnreadableBody refused, WebRequest request) {
    return answer(refused.problem(), request);
  }

  /** A body is truncated, or does not match its headers. */
  @ExceptionHandler
  @Nullable ResponseEntity<Object> handle(IOException broken, WebRequest request) {
    log.debug("cannot read the body of a request", broken);
    return answer(
        Problem.malformed("The body cannot be read to its end. Send as much as its headers say."),
        request);
  }

  @ExceptionHandler
  @Nullable ResponseEntity<Object> handle(InvalidParameterException wrong, WebRequest request) {
    return answer(
        Problem.malformed(
            "The query parameters cannot be read. Write name=value in percent-encoded UTF-8."),
        request);
  }

  /** Spring Security's firewall found forbidden characters. */
  @ExceptionHandler
  @Nullable ResponseEntity<Object> handle(RequestRejectedException wrong, WebRequest request) {
    log.debug("rejected a request", wrong);
    return answer(
        Problem.malformed("The path, a parameter or a header contains forbidden characters."),
        request);
  }

  @Override
  protected @Nullable ResponseEntity<Object> handleNoResourceFoundException(
      NoResourceFoundException failure,
      HttpHeaders headers,
      HttpStatusCode status,
      WebRequest request) {
    return answer(Problem.noRoute(), request);
  }

  @Override
  protected @Nullable ResponseEntity<Object> handleHttpMediaTypeNotSupported(
      HttpMediaTypeNotSupportedException failure,
      HttpHeaders headers,
      HttpStatusCode status,
      WebRequest request) {
    String supported =
        failure.getSupportedMediaTypes().stream()
            .map(MediaType::toString)
            .collect(Collectors.joining(" or "));
    Problem problem =
        Problem.unsupported("Send a body with Content-Type: %s.".formatted(supported));
    problem.getHeaders().putAll(headers);
    return answer(problem, request);
  }

  @ExceptionHandler
  @Nullable ResponseEntity<Object> handle(
      MethodArgumentTypeMismatchException wrong, WebRequest request) {
    return answer(
        Problem.malformed(
            "The parameter %s cannot be read. Times look like 2026-11-24T08:00:00Z, limits are whole numbers."
                .formatted(wrong.getName())),
        request);
  }

  @ExceptionHandler
  @Nullable ResponseEntity<Object> handle(OptimisticLockingFailureException e, WebRequest request) {
    return answer(Problem.staleVersion(), request);
  }

  @ExceptionHandler
  @Nullable ResponseEntity<Object> handle(GroupCommit.Refused refused, WebRequest request) {
    return answer(Problem.busy(), request);
  }

  /** PostgreSQL is not responding. */
  @ExceptionHandler({
    DataAccessResourceFailureException.class,
    GroupCommit.Unknown.class,
    QueryTimeoutException.class,
    RecoverableDataAccessException.class,
    TransactionException.class,
    TransientDataAccessException.class
  })
  @Nullable ResponseEntity<Object> handle(RuntimeException e, WebRequest request) {
    log.warn("the database is not responding: {}", e.getMessage());
    return answer(Problem.unavailable(), request);
  }

  @ExceptionHandler
  @Nullable ResponseEntity<Object> handle(Exception unforeseen, WebRequest request) {
    log.error("a request failed", unforeseen);
    return answer(Problem.internalError(), request);
  }

  /** Answers problems regardless of {@code Accept}: as JSON or, to who asked for a page, as one. */
  @Override
  protected ResponseEntity<Object> createResponseEntity(
      @Nullable Object body, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
    if (body instanceof ProblemDetail unknown && unknown.getType() == null) {
      ProblemType.of(status.value()).map(ProblemType::uri).ifPresent(unknown::setType);
    }
    if (body instanceof ProblemDetail problem
        && request instanceof ServletWebRequest servlet
        && pages.areFor(servlet.getRequest())) {
      return ResponseEntity.status(status)
          .headers(headers)
          .contentType(ProblemPages.HTML)
          .body(pages.page(problem, servlet.getRequest()));
    }
    return ResponseEntity.status(status)
        .headers(headers)
        .contentType(MediaType.APPLICATION_PROBLEM_JSON)
        .body(body);
  }

  private @Nullable ResponseEntity<Object> answer(Problem problem, WebRequest request) {
    return handleErrorResponseException(
        problem, problem.getHeaders(), problem.getStatusCode(), request);
  }
}
