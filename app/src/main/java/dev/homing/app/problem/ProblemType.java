package dev.homing.app.problem;

import java.net.URI;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;

/**
 * The kinds of problems (RFC 9457), each with a page that its {@code type} leads to.
 *
 * <p>A word never changes its meaning. Of several with one status, the first is that of a problem
 * of which no more is known.
 */
public enum ProblemType {
  MALFORMED(
      HttpStatus.BAD_REQUEST,
      "The request cannot be read: its JSON, a parameter, a cursor or a header.",
      "You, the caller.",
      "The detail names what is wrong. Send it as the API reference says."),
  UNAUTHORIZED(
      HttpStatus.UNAUTHORIZED,
      "There is no valid key: it is missing, unknown, expired or revoked, or the header was sent"
          + " twice.",
      "You, the caller; an operator, if the key was revoked.",
      "Send Authorization: Bearer with a whole key, hk_ and all that follows. An operator sees with"
          + " GET /keys whether it has expired or was revoked."),
  FORBIDDEN(
      HttpStatus.FORBIDDEN,
      "The key lacks the scope that this needs. In open mode: the connection, Host or Origin is not"
          + " of this machine.",
      "An operator.",
      "The detail lists the scopes that the key has. Create a key with the one that is missing."),
  NOT_FOUND(
      HttpStatus.NOT_FOUND,
      "There is no such path, or no such resource for the tenant of this key.",
      "You, the caller.",
      "Compare the id with what you were given. Resources of other tenants look unknown on"
          + " purpose."),
  EXPIRED(
      HttpStatus.NOT_FOUND,
      "The resource existed, and its retention is over.",
      "No action is needed. An operator sets how long payloads are kept.",
      "Publish the event again, if it is still wanted."),
  METHOD_NOT_ALLOWED(
      HttpStatus.METHOD_NOT_ALLOWED,
      "The path exists, but not with this method.",
      "You, the caller.",
      "The header Allow lists the methods."),
  TOO_SLOW(
      HttpStatus.REQUEST_TIMEOUT,
      "The headers or the body took too long to arrive.",
      "You, the caller.",
      "Send the headers within 10 seconds and the body within 30. Nothing was changed, so the"
          + " request can be repeated."),
  CONFLICT(
      HttpStatus.CONFLICT,
      "Not possible in the current state.",
      "You, the caller.",
      "The detail says what stands in the way. Read the resource again."),
  STALE_VERSION(
      HttpStatus.PRECONDITION_FAILED,
      "If-Match names another version: the resource was changed after you read it.",
      "You, the caller.",
      "Read it again, and repeat your change with its new ETag."),
  TOO_LARGE(
      HttpStatus.CONTENT_TOO_LARGE,
      "The body is larger than allowed, as it was sent or as it was inflated.",
      "You, the caller. An operator may raise the limit.",
      "Publish a link instead of a large document."),
  UNSUPPORTED(
      HttpStatus.UNSUPPORTED_MEDIA_TYPE,
      "The Content-Type or the Content-Encoding is not supported here.",
      "You, the caller.",
      "The detail lists those that are. Bodies are plain or gzip."),
  INVALID(
      HttpStatus.UNPROCESSABLE_CONTENT,
      "The request was read, and one or more fields are not valid.",
      "You, the caller.",
      "The list errors has an entry for each field."),
  REUSED_KEY(
      HttpStatus.UNPROCESSABLE_CONTENT,
      "This Idempotency-Key or Homing-Event-Id was used for something else.",
      "You, the caller.",
      "Use a new key for a new event, and the same key only for the same request."),
  WRONG_KEYS(
      HttpStatus.TOO_MANY_REQUESTS,
      "More wrong keys came from your address than 60 in a minute.",
      "You, the caller.",
      "Wait as long as Retry-After says, and find out which program sends a wrong key. Valid keys"
          + " from your address still work."),
  QUOTA_EXCEEDED(
      HttpStatus.TOO_MANY_REQUESTS,
      "A quota of your key or your tenant is used up.",
      "You, the caller. An operator sets the quotas.",
      "violated-policies names the quota, RateLimit what is left of it. Wait as long as Retry-After"
          + " says."),
  HEADERS_TOO_LARGE(
      HttpStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
      "The headers are larger than 8 KiB, the request line included.",
      "You, the caller.",
      "Look for a long cookie or query."),
  INTERNAL(
      HttpStatus.INTERNAL_SERVER_ERROR,
      "An internal fault of Homing.",
      "An operator.",
      "Repeat the request. If it fails again, the log of the node has the fault, with the"
          + " Homing-Request-Id of the answer."),
  UNAVAILABLE(
      HttpStatus.SERVICE_UNAVAILABLE,
      "PostgreSQL does not answer, so the request may or may not have taken effect.",
      "An operator, if it lasts.",
      "Repeat the request after Retry-After; with an Idempotency-Key an event is accepted only"
          + " once. /actuator/health of the management port says what is down."),
  BUSY(
      HttpStatus.SERVICE_UNAVAILABLE,
      "The node is overloaded. Nothing was changed.",
      "An operator, if it lasts.",
      "Repeat the request after Retry-After. The metrics of the node say what is at its limit."),
  TEMPORAL_UNAVAILABLE(
      HttpStatus.SERVICE_UNAVAILABLE,
      "Temporal does not answer, so the repair stopped early.",
      "An operator.",
      "Look at Temporal, then repeat the request. Every node keeps repairing on its own."),
  LOOP(
      HttpStatus.LOOP_DETECTED,
      "The event has come back through Homing more than three times. Nothing was done.",
      "The owner of the subscription that sends it back.",
      "Find the subscription whose receiver publishes what it receives, and narrow its event"
          + " types.");

  /** From draft-ietf-httpapi-ratelimit-headers-10, section 5. */
  private static final URI QUOTA_EXCEEDED_BY_IANA =
      URI.create("https://iana.org/assignments/http-problem-types#quota-exceeded");

  private final HttpStatus status;
  private final String meaning;
  private final String actor;
  private final String check;

  ProblemType(HttpStatus status, String meaning, String actor, String check) {
    this.status = status;
    this.meaning = meaning;
    this.actor = actor;
    this.check = check;
  }

  /** The type with this word; empty if there is none. */
  public static Optional<ProblemType> of(String word) {
    return Arrays.stream(values()).filter(type -> type.word().equals(word)).findFirst();
  }

  /** The type of a problem of which only the status is known; empty if there is none. */
  static Optional<ProblemType> of(int status) {
    return Arrays.stream(values()).filter(type -> type.status.value() == status).findFirst();
  }

  /** A problem of this type. */
  public ProblemDetail problem(String detail) {
    ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, detail);
    problem.setType(uri());
    return problem;
  }

  /** The name in paths: {@code stale-version}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The {@code type} of its problems: the path of its page or, of a registered type, its URI. */
  public URI uri() {
    return this == QUOTA_EXCEEDED ? QUOTA_EXCEEDED_BY_IANA : URI.create(path());
  }

  /** The path of its page. */
  public String path() {
    return "/docs/problems/" + word();
  }

  public HttpStatus status() {
    return status;
  }

  /** What happened. */
  public String meaning() {
    return meaning;
  }

  /** Who must act. */
  public String actor() {
    return actor;
  }

  /** How to check, and what to do next. */
  public String check() {
    return check;
  }
}
