package dev.homing.app.page;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What each outcome of an attempt means: the one source for the dashboard and its own page. */
public enum OutcomeWord {
  DELIVERED(
      "delivered",
      "The receiver answered 2xx. The delivery is over.",
      "No action is needed.",
      "The receiver took it. Nothing to do."),
  REFUSED(
      "refused",
      "The receiver answered with a status that is neither 2xx nor 410. The schedule decides when"
          + " it is tried again.",
      "The owner of the receiver, unless the table below says otherwise.",
      "The status says what to check, and so may the body of the answer."),
  GONE(
      "gone",
      "The receiver answered 410. Its subscription was disabled, and what waits for it was"
          + " cancelled.",
      "The owner of the subscription.",
      "The receiver is gone for good. Delete the subscription, or enable it again."),
  BLOCKED_DESTINATION(
      "blocked by our rules",
      "The address, or the egress proxy, does not allow this request. None was sent.",
      "An operator, or the owner of the subscription.",
      "This address may not be called. An operator decides which ones may."),
  CERTIFICATE_EXPIRED(
      "certificate expired",
      "The receiver's certificate has expired. No request was sent.",
      "The owner of the receiver.",
      "The receiver's certificate has expired. Its owner must renew it."),
  CONNECTION_REFUSED(
      "connection refused",
      "The host answers, but no process listens at this port.",
      "The owner of the receiver.",
      "Nothing listens there. Is the receiver running, and the port right?"),
  CONNECTION_RESET(
      "connection reset",
      "The connection broke before an answer came.",
      "The owner of the receiver, if it lasts.",
      "The connection broke. The receiver may have received the request anyway."),
  DNS_FAILED(
      "name not found",
      "The host name could not be looked up, or it leads to addresses that may not be called.",
      "The owner of the subscription, or of the name.",
      "The host name does not exist in the DNS. Check the subscription's URL."),
  INVALID_REQUEST(
      "invalid request",
      "The request could not be written. None was sent.",
      "The owner of the subscription.",
      "The request cannot be sent as the subscription is stored. Check its URL and headers."),
  INVALID_RESPONSE(
      "invalid response",
      "What came back is not HTTP, or is larger than Homing reads.",
      "The owner of the receiver.",
      "What came back was not HTTP. Is the port right?"),
  TIMED_OUT(
      "timed out",
      "No answer came within the subscription's timeout. The receiver may have received the"
          + " request.",
      "The owner of the receiver.",
      "No answer came in time. Let the receiver answer first and work afterwards, or raise the"
          + " subscription's timeout."),
  TLS_FAILED(
      "TLS failed",
      "No secure connection was established. No request was sent.",
      "The owner of the receiver, or of the subscription if it has TLS options.",
      "The receiver's certificate is not trusted, or the TLS handshake fails. Check the"
          + " certificate's chain and name."),
  UNREACHABLE(
      "unreachable",
      "No packet reaches the address: there is no route, or the network is down.",
      "The owner of the receiver; an operator, if many receivers are unreachable.",
      "This address cannot be reached. Is the receiver's network up?");

  private final String brief;
  private final String meaning;
  private final String actor;
  private final String advice;

  OutcomeWord(String brief, String meaning, String actor, String advice) {
    this.brief = brief;
    this.meaning = meaning;
    this.actor = actor;
    this.advice = advice;
  }

  /** The outcome that is stored as this word; empty if there is none. */
  public static Optional<OutcomeWord> of(String word) {
    return Arrays.stream(values()).filter(outcome -> outcome.word().equals(word)).findFirst();
  }

  /** The word that is stored and shown: {@code timed_out}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The path of its page. */
  public String path() {
    return "/docs/outcomes/" + word();
  }

  /** What came back, in two or three words. */
  public String brief() {
    return brief;
  }

  /** What happened, in a sentence or two. */
  public String meaning() {
    return meaning;
  }

  /** Who must act. */
  public String actor() {
    return actor;
  }

  /** What to check. */
  public String advice() {
    return advice;
  }
}
