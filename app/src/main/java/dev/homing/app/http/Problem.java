package dev.homing.app.http;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;
import tools.jackson.core.JacksonException;

/** A request that cannot be fulfilled, as RFC 9457 has it; the detail says what to do next. */
public final class Problem extends ErrorResponseException {
  static final String TOO_SLOW =
      "The body took too long to come: repeat the request, and send it without pauses.";

  private static final long serialVersionUID = 1;

  /** From draft-ietf-httpapi-ratelimit-headers-10, section 5. */
  private static final URI QUOTA_EXCEEDED =
      URI.create("https://iana.org/assignments/http-problem-types#quota-exceeded");

  private Problem(HttpStatus status, ProblemDetail body) {
    super(status, body, null);
  }

  private static Problem of(HttpStatus status, String detail) {
    return new Problem(status, ProblemDetail.forStatusAndDetail(status, detail));
  }

  /** 400: the request cannot be read. */
  public static Problem malformed(String detail) {
    return of(HttpStatus.BAD_REQUEST, detail);
  }

  /** 400: the JSON cannot be read as what it should be. */
  public static Problem unreadable(JacksonException json) {
    return malformed(JsonFaults.describe(json));
  }

  /** 403: not for this caller, whatever it asks for. */
  public static Problem forbidden(String detail) {
    return of(HttpStatus.FORBIDDEN, detail);
  }

  /** 404, the same whatever the reason. */
  public static Problem notFound(String kind, String id) {
    return of(HttpStatus.NOT_FOUND, "There is no %s %s.".formatted(kind, id));
  }

  /** 404: no route begins so. */
  static Problem nothingThere() {
    return of(
        HttpStatus.NOT_FOUND, "There is nothing at this path: see the documentation of the API.");
  }

  /** 404: it was there once. */
  public static Problem keptNoLonger(String kind, String id) {
    return of(HttpStatus.NOT_FOUND, "The %s %s is kept no longer.".formatted(kind, id));
  }

  /** 408: so slow that nobody waits any longer. */
  static Problem tooSlow() {
    return of(HttpStatus.REQUEST_TIMEOUT, TOO_SLOW);
  }

  /** 409: not as things stand. */
  public static Problem conflict(String detail) {
    return of(HttpStatus.CONFLICT, detail);
  }

  /** 412: somebody else was quicker. */
  public static Problem changedMeanwhile() {
    return of(
        HttpStatus.PRECONDITION_FAILED,
        "It was changed meanwhile: read it again and repeat your change with its new ETag.");
  }

  /** 413. */
  public static Problem tooLarge(long most) {
    return of(
        HttpStatus.CONTENT_TOO_LARGE,
        "The body may have at most %d bytes: send a smaller one, with a link to the rest."
            .formatted(most));
  }

  /** 415: the body is compressed by a way that is not known. */
  static Problem unsupportedEncoding() {
    Problem problem = unsupported("Send the body as it is, or with Content-Encoding: gzip.");
    problem.getHeaders().set(HttpHeaders.ACCEPT_ENCODING, "gzip");
    return problem;
  }

  /** 415. */
  public static Problem unsupported(String detail) {
    return of(HttpStatus.UNSUPPORTED_MEDIA_TYPE, detail);
  }

  /** 500. */
  static Problem ours() {
    return of(
        HttpStatus.INTERNAL_SERVER_ERROR,
        "This is our fault: repeat the request, and if it fails again, look into the log.");
  }

  /** 422: the key in this header was used for another request. */
  public static Problem reusedKey(String header) {
    return of(
        HttpStatus.UNPROCESSABLE_CONTENT,
        "This %s was used with another event type, content type, event id or body: send a new one."
            .formatted(header));
  }

  /**
   * 429: a caller asked for more than there is.
   *
   * @param policy which quota it was, as {@code RateLimit-Policy} calls it
   * @param seconds until there is enough again
   */
  public static Problem quotaExceeded(String policy, long seconds) {
    Problem problem =
        of(
            HttpStatus.TOO_MANY_REQUESTS,
            "More was asked for than %s has: repeat the request after the time of Retry-After."
                .formatted(policy));
    problem.getBody().setType(QUOTA_EXCEEDED);
    problem.getBody().setProperties(Map.of("violated-policies", List.of(policy)));
    problem.getHeaders().set(HttpHeaders.RETRY_AFTER, Long.toString(Math.max(1, seconds)));
    return problem;
  }

  /** 429: one wrong key came after the other. */
  public static Problem wrongKeys(Duration wait) {
    Problem problem =
        of(
            HttpStatus.TOO_MANY_REQUESTS,
            "From your address came one key after the other that is not valid: repeat the request"
                + " after the time of Retry-After.");
    problem
        .getHeaders()
        .set(HttpHeaders.RETRY_AFTER, Long.toString(wait.plusMillis(999).toSeconds()));
    return problem;
  }

  /** 503: what is needed to answer is away. */
  static Problem unavailable() {
    return later(
        5,
        "The database does not answer, and nobody knows whether the request was fulfilled: repeat"
            + " it in a few seconds. With an Idempotency-Key an event is accepted once.");
  }

  /** 503: too much at once, and nothing was done. */
  static Problem busy() {
    return later(
        1, "Too much waits for the database, so nothing was done: repeat the request in a moment.");
  }

  private static Problem later(int seconds, String detail) {
    Problem problem = of(HttpStatus.SERVICE_UNAVAILABLE, detail);
    problem.getHeaders().set(HttpHeaders.RETRY_AFTER, Integer.toString(seconds));
    return problem;
  }

  /** 503: Temporal is away, and the rest has to wait for it. */
  public static Problem withoutTemporal() {
    Problem problem =
        of(
            HttpStatus.SERVICE_UNAVAILABLE,
            "Temporal does not answer: repeat the request once it does. Every node goes on by"
                + " itself.");
    problem.getHeaders().set(HttpHeaders.RETRY_AFTER, "5");
    return problem;
  }

  /** 508 (RFC 5842): an event has come back too often. */
  public static Problem loop(int most) {
    return of(
        HttpStatus.LOOP_DETECTED,
        "This event came through Homing more than %d times: change the subscription that sends it back here."
            .formatted(most));
  }

  /** 422 for one field. */
  public static Problem invalid(String field, String detail) {
    return invalid(List.of(new FieldError(field, detail)));
  }

  /** 422, with an entry for each field. */
  public static Problem invalid(List<FieldError> errors) {
    Problem problem =
        of(
            HttpStatus.UNPROCESSABLE_CONTENT,
            errors.size() == 1
                ? errors.getFirst().sentence()
                : "%d fields are not valid: see errors.".formatted(errors.size()));
    problem.getBody().setProperties(Map.of("errors", errors));
    return problem;
  }

  /** What is wrong with one field. */
  public record FieldError(String field, String detail) {
    private String sentence() {
      return "%s: %s%s".formatted(field, detail, detail.endsWith(".") ? "" : ".");
    }
  }
}
