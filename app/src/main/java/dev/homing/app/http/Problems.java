package dev.homing.app.http;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;

/**
 * Turns whatever goes wrong into a problem that says what to do next, and nothing of our insides.
 */
@RestControllerAdvice
class Problems extends ResponseEntityExceptionHandler {
  private static final Logger log = LoggerFactory.getLogger(Problems.class);

  @Override
  protected @Nullable ResponseEntity<Object> handleHttpMessageNotReadable(
      HttpMessageNotReadableException failure,
      HttpHeaders headers,
      HttpStatusCode status,
      WebRequest request) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      switch (cause) {
        case BodyLimit.Exceeded exceeded -> {
          return handleErrorResponseException(
              Problem.tooLarge(exceeded.most()), headers, HttpStatus.CONTENT_TOO_LARGE, request);
        }
        case JacksonIOException _ -> {} // Its cause says more.
        case JacksonException json -> {
          return answer(HttpStatus.BAD_REQUEST, describe(json), failure, headers, request);
        }
        default -> {}
      }
    }
    return answer(HttpStatus.BAD_REQUEST, "A JSON body is needed.", failure, headers, request);
  }

  static String describe(JacksonException json) {
    return switch (json) {
      case UnrecognizedPropertyException unknown ->
          "There is no field %s; there are: %s.".formatted(path(unknown), known(unknown));
      case MismatchedInputException wrong when !wrong.getPath().isEmpty() ->
          "The field %s does not have the form it should: see the documentation."
              .formatted(path(wrong));
      case InputCoercionException large ->
          "A number is larger than any that fits: " + at(large.getLocation());
      case StreamReadException broken -> "The body is not JSON: " + at(broken.getLocation());
      default -> "The body does not have the form it should: " + at(json.getLocation());
    };
  }

  private static String known(UnrecognizedPropertyException unknown) {
    var names = unknown.getKnownPropertyIds();
    return names == null
        ? ""
        : String.join(", ", names.stream().map(String::valueOf).sorted().toList());
  }

  private static String path(MismatchedInputException wrong) {
    StringBuilder path = new StringBuilder();
    for (var step : wrong.getPath()) {
      if (step.getPropertyName() != null) {
        path.append(path.isEmpty() ? "" : ".").append(step.getPropertyName());
      } else {
        path.append('[').append(step.getIndex()).append(']');
      }
    }
    return path.toString();
  }

  private static String at(@Nullable TokenStreamLocation location) {
    return location == null
        ? "it ends too early."
        : "look at line %d, column %d.".formatted(location.getLineNr(), location.getColumnNr());
  }

  @ExceptionHandler
  @Nullable ResponseEntity<Object> handle(BodyLimit.Exceeded exceeded, WebRequest request) {
    return handleErrorResponseException(
        Problem.tooLarge(exceeded.most()),
        new HttpHeaders(),
        HttpStatus.CONTENT_TOO_LARGE,
        request);
  }

  /** A body that breaks off, or is not what its headers say. */
  @ExceptionHandler
  @Nullable ResponseEntity<Object> handle(IOException broken, WebRequest request) {
    log.debug("a request's body cannot be read", broken);
    return answer(
        HttpStatus.BAD_REQUEST,
        "The body cannot be read to its end: send as much as its headers say.",
        broken,
        new HttpHeaders(),
        request);
  }

  @ExceptionHandler
  @Nullable ResponseEntity<Object> handle(
      MethodArgumentTypeMismatchException wrong, WebRequest request) {
    return answer(
        HttpStatus.BAD_REQUEST,
        "The parameter %s cannot be read: times are like 2026-11-24T08:00:00Z, limits are whole numbers."
            .formatted(wrong.getName()),
        wrong,
        new HttpHeaders(),
        request);
  }

  @ExceptionHandler
  @Nullable ResponseEntity<Object> handle(
      OptimisticLockingFailureException quicker, WebRequest request) {
    return handleErrorResponseException(
        Problem.changedMeanwhile(), new HttpHeaders(), HttpStatus.PRECONDITION_FAILED, request);
  }

  /** PostgreSQL does not answer: nothing was accepted. */
  @ExceptionHandler({
    CannotCreateTransactionException.class,
    DataAccessResourceFailureException.class,
    TransientDataAccessException.class,
    QueryTimeoutException.class
  })
  @Nullable ResponseEntity<Object> unavailable(RuntimeException away, WebRequest request) {
    log.warn("the database does not answer: {}", away.getMessage());
    HttpHeaders headers = new HttpHeaders();
    headers.set(HttpHeaders.RETRY_AFTER, "5");
    return answer(
        HttpStatus.SERVICE_UNAVAILABLE,
        "Nothing was changed or accepted: repeat the request in a few seconds.",
        away,
        headers,
        request);
  }

  @ExceptionHandler
  @Nullable ResponseEntity<Object> unforeseen(Exception ours, WebRequest request) {
    log.error("a request failed", ours);
    return answer(
        HttpStatus.INTERNAL_SERVER_ERROR,
        "This is our fault: repeat the request, and if it fails again, look into the log.",
        ours,
        new HttpHeaders(),
        request);
  }

  private @Nullable ResponseEntity<Object> answer(
      HttpStatus status,
      String detail,
      Exception failure,
      HttpHeaders headers,
      WebRequest request) {
    return handleExceptionInternal(
        failure, ProblemDetail.forStatusAndDetail(status, detail), headers, status, request);
  }
}
