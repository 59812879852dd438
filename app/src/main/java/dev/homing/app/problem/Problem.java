package dev.homing.app.problem;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.http.HttpHeaders;
import org.springframework.web.ErrorResponseException;
import tools.jackson.core.JacksonException;

/** An error answer (RFC 9457), whose detail says what to do next. */
public final class Problem extends ErrorResponseException {
  static final String TOO_SLOW =
      "The body took too long to arrive. Repeat the request and send it without pauses.";

  private static final long serialVersionUID = 1;

  private Problem(ProblemType type, String detail) {
    super(type.status(), type.problem(detail), null);
  }

  private static Problem of(ProblemType type, String detail) {
    return new Problem(type, detail);
  }

  /** 400: the request cannot be read. */
  public static Problem malformed(String detail) {
    return of(ProblemType.MALFORMED, detail);
  }

  /** 400: the JSON is malformed or does not have the expected form. */
  public static Problem unreadable(JacksonException json) {
    return malformed(JsonFaults.describe(json));
  }

  /** 403: this caller may not do it. */
  public static Problem forbidden(String detail) {
    return of(ProblemType.FORBIDDEN, detail);
  }

  /** 404: unknown to this tenant, for any reason. */
  public static Problem notFound(String kind, String id) {
    return of(ProblemType.NOT_FOUND, "There is no %s %s.".formatted(kind, id));
  }

  /** 404: no route matches the path. */
  public static Problem noRoute() {
    return of(ProblemType.NOT_FOUND, "No route matches this path. See the API documentation.");
  }

  /** 404: the resource existed and has expired. */
  public static Problem expired(String kind, String id) {
    return of(ProblemType.EXPIRED, "The %s %s has expired.".formatted(kind, id));
  }

  /** 408: the body took too long. */
  public static Problem tooSlow() {
    return of(ProblemType.TOO_SLOW, TOO_SLOW);
  }

  /** 409: not possible in the current state. */
  public static Problem conflict(String detail) {
    return of(ProblemType.CONFLICT, detail);
  }

  /** 412: another caller changed the resource first. */
  public static Problem staleVersion() {
    return of(
        ProblemType.STALE_VERSION,
        "The resource has changed since you read it. Read it again and repeat your change with its"
            + " new ETag.");
  }

  /** 413: the body is too large. */
  public static Problem tooLarge(long maxBytes) {
    return of(
        ProblemType.TOO_LARGE,
        "The body exceeds the limit of %d bytes. Send a smaller one, with a link to the rest."
            .formatted(maxBytes));
  }

  /** 415: the content encoding is not supported. */
  public static Problem unsupportedEncoding() {
    Problem problem = unsupported("Send the body uncompressed or with Content-Encoding: gzip.");
    problem.getHeaders().set(HttpHeaders.ACCEPT_ENCODING, "gzip");
    return problem;
  }

  /** 415: the media type is not supported. */
  public static Problem unsupported(String detail) {
    return of(ProblemType.UNSUPPORTED, detail);
  }

  /** 500: a fault of Homing. */
  static Problem internalError() {
    return of(
        ProblemType.INTERNAL,
        "Internal error. Repeat the request; if it fails again, check the log.");
  }

  /** 422: the key in this header was used for a different request. */
  public static Problem reusedKey(String header) {
    return of(
        ProblemType.REUSED_KEY,
        "This %s was used with a different event type, content type, event id or body. Send a new one."
            .formatted(header));
  }

  /**
   * 429: the caller has exceeded a quota.
   *
   * @param policy the name of the quota in {@code RateLimit-Policy}
   * @param seconds until the quota allows the request
   */
  public static Problem quotaExceeded(String policy, long seconds) {
    Problem problem =
        of(
            ProblemType.QUOTA_EXCEEDED,
            "Quota %s exceeded. Repeat the request after the delay in Retry-After."
                .formatted(policy));
    problem.getBody().setProperties(Map.of("violated-policies", List.of(policy)));
    problem.getHeaders().set(HttpHeaders.RETRY_AFTER, Long.toString(Math.max(1, seconds)));
    return problem;
  }

  /** 429: too many wrong keys came from one address. */
  public static Problem tooManyWrongKeys(Duration wait) {
    Problem problem =
        of(
            ProblemType.WRONG_KEYS,
            "Too many invalid keys from your address. Repeat the request after the delay in"
                + " Retry-After.");
    problem
        .getHeaders()
        .set(HttpHeaders.RETRY_AFTER, Long.toString(wait.plusMillis(999).toSeconds()));
    return problem;
  }

  /** 503: the database is unavailable, and the outcome is unknown. */
  static Problem unavailable() {
    return retryLater(
        ProblemType.UNAVAILABLE,
        5,
        "The database is not responding, and the request may have taken effect. Wait a few seconds"
            + " and repeat it; with an Idempotency-Key an event is accepted only once.");
  }

  /** 503: overloaded, and nothing was done. */
  static Problem busy() {
    return retryLater(
        ProblemType.BUSY,
        1,
        "The server is overloaded; nothing was changed. Repeat the request in a moment.");
  }

  private static Problem retryLater(ProblemType type, int seconds, String detail) {
    Problem problem = of(type, detail);
    problem.getHeaders().set(HttpHeaders.RETRY_AFTER, Integer.toString(seconds));
    return problem;
  }

  /** 503: Temporal is unavailable, so the operation stopped early. */
  public static Problem temporalUnavailable() {
    return retryLater(
        ProblemType.TEMPORAL_UNAVAILABLE,
        5,
        "Temporal is not responding. Repeat the request once it does. Every node keeps repairing on"
            + " its own.");
  }

  /** 508 (RFC 5842): an event has come back through Homing too often. */
  public static Problem loop(int maxHops) {
    return of(
        ProblemType.LOOP,
        "This event has passed through Homing more than %d times. Change the subscription that sends it back here."
            .formatted(maxHops));
  }

  /** 422: one field is invalid. */
  public static Problem invalid(String field, String detail) {
    return invalid(List.of(new FieldError(field, detail)));
  }

  /** 422: fields are invalid; the answer has an entry for each. */
  public static Problem invalid(List<FieldError> errors) {
    Problem problem =
        of(
            ProblemType.INVALID,
            errors.size() == 1
                ? errors.getFirst().sentence()
                : "%d fields are invalid. See errors.".formatted(errors.size()));
    problem.getBody().setProperties(Map.of("errors", errors));
    return problem;
  }

  /** The faults of fields; empty if it is about something else. */
  public List<FieldError> errors() {
    Map<String, Object> properties = getBody().getProperties();
    return properties != null && properties.get("errors") instanceof List<?> errors
        ? errors.stream().filter(FieldError.class::isInstance).map(FieldError.class::cast).toList()
        : List.of();
  }

  /** The faults by field, several of one field in one text; empty if it is about something else. */
  public Map<String, String> faults() {
    Map<String, String> faults = new TreeMap<>();
    errors()
        .forEach(
            error ->
                faults.merge(error.field(), error.detail(), (one, other) -> one + "; " + other));
    return faults;
  }

  /** What to do next. */
  public String detail() {
    String detail = getBody().getDetail();
    return detail == null ? "" : detail;
  }

  /** What is wrong with one field. */
  public record FieldError(String field, String detail) {
    private String sentence() {
      return "%s: %s%s".formatted(field, detail, detail.endsWith(".") ? "" : ".");
    }
  }
}
