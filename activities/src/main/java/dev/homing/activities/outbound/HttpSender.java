package dev.homing.activities.outbound;

import dev.homing.activities.destination.BlockedDestinationException;
import dev.homing.activities.destination.NoAnswerException;
import dev.homing.activities.destination.TooManyLookupsException;
import dev.homing.workflows.delivery.Outcome;
import dev.homing.workflows.delivery.Outcome.Delivered;
import dev.homing.workflows.delivery.Outcome.Fault;
import dev.homing.workflows.delivery.Outcome.Gone;
import dev.homing.workflows.delivery.Outcome.Refused;
import dev.homing.workflows.delivery.Outcome.Unanswered;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.ProtocolException;
import java.net.UnknownHostException;
import java.net.UnknownServiceException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateExpiredException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import okhttp3.Call;
import okhttp3.Response;
import okio.Buffer;
import okio.BufferedSource;

/** Sends a webhook: one guarded, signed, bounded POST. */
public final class HttpSender {
  /**
   * Says by how many deliveries of Homing an event came to the one that sends it; absent if it
   * began there.
   */
  public static final String HOPS = "homing-hops";

  /** Of every request's {@code user-agent}. */
  public static final String PRODUCT = "Homing/";

  private static final long BODY_LIMIT = 16 * 1024;

  /** The status line has decided; the body is for people, and is not waited for any longer. */
  private static final Duration BODY_TIME = Duration.ofSeconds(2);

  private final Call.Factory calls;
  private final Clock clock;
  private final Egress egress;
  private final AtomicReference<Instant> lastStart = new AtomicReference<>(Instant.EPOCH);
  private final String userAgent;

  /**
   * @param calls makes guarded calls, as {@link OutboundCalls} does
   * @param egress learns from every attempt
   * @param version of Homing, which receivers see
   */
  public HttpSender(Call.Factory calls, Clock clock, Egress egress, String version) {
    this.calls = calls;
    this.clock = clock;
    this.egress = egress;
    this.userAgent = PRODUCT + version;
  }

  /**
   * Makes one attempt; whatever a receiver does, it ends in an outcome.
   *
   * <p>After a failure the receiver may have got the request all the same.
   *
   * @throws CancellationException if this thread was interrupted, which says nothing about the
   *     receiver
   * @throws EgressDownException if nobody was reached because of this node: it reaches nobody at
   *     all, or does not get to it
   */
  public Attempt send(WebhookRequest request) {
    Instant startedAt = lastStart.updateAndGet(this::nextStart);
    long start = System.nanoTime();
    Came came = new Came(new Buffer(), new TreeMap<>());
    Reachability contact = new Reachability();
    Outcome outcome = post(request, startedAt, contact, came);
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    Attempt attempt =
        new Attempt(
            outcome,
            startedAt,
            took,
            came.body().size() == 0 ? null : came.body().readByteArray(),
            came.headers());
    judge(request.url().host(), contact, attempt);
    return attempt;
  }

  /** What came back, filled as it comes. */
  private record Came(Buffer body, Map<String, String> headers) {}

  /** Now, and for each attempt another time, as precise as PostgreSQL: attempts are known by it. */
  private Instant nextStart(Instant before) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    boolean again = !now.isAfter(before) && before.isBefore(now.plusMillis(1));
    return again ? before.plus(1, ChronoUnit.MICROS) : now;
  }

  private void judge(String host, Reachability contact, Attempt attempt) {
    if (!contact.wasTried()) {
      throw new EgressDownException("this node has too much to do", attempt);
    }
    if (contact.wasMade(attempt.outcome())) {
      egress.reached();
    } else if (contact.wasImpossible(attempt.outcome()) && egress.failedToReach(host)) {
      throw new EgressDownException("this node reaches nobody", attempt);
    }
  }

  private Outcome post(WebhookRequest webhook, Instant startedAt, Reachability contact, Came came) {
    try {
      Call call = calls.newCall(SignedRequest.of(webhook, startedAt, userAgent));
      call.addEventListener(contact);
      call.timeout().timeout(webhook.timeout().toNanos(), TimeUnit.NANOSECONDS);
      try (Response response = call.execute()) {
        readBody(call, response, came.body());
        if (!response.isSuccessful()) {
          came.headers().putAll(ResponseHeaders.of(response));
        }
        return answered(response);
      }
    } catch (BlockedDestinationException blocked) {
      return unanswered(Fault.BLOCKED_DESTINATION, "This address may not be called.");
    } catch (EgressProxyException ours) {
      egress.proxyFailed(ours);
      return unanswered(Fault.UNREACHABLE, "The egress proxy does not let this node out.");
    } catch (UnknownServiceException plain) {
      return unanswered(Fault.BLOCKED_DESTINATION, "Only https:// may be called.");
    } catch (TooManyLookupsException ours) {
      contact.wasNotTried();
      return unanswered(Fault.DNS_FAILED, "This node looks up too many names at once.");
    } catch (NoAnswerException silent) {
      contact.failedByName(silent.isTheNamesFault());
      return unanswered(Fault.DNS_FAILED, "No name server says what the host name means.");
    } catch (UnknownHostException unknown) {
      contact.failedByName(true);
      return unanswered(
          Fault.DNS_FAILED,
          "The host name does not exist, or not all its addresses may be called.");
    } catch (SSLPeerUnverifiedException another) {
      return unanswered(Fault.TLS_FAILED, "The certificate is for another host.");
    } catch (SSLException insecure) {
      return insecure(insecure);
    } catch (InterruptedIOException late) {
      return unanswered(Fault.TIMED_OUT, "No answer came in time.");
    } catch (ConnectException refused) {
      return unconnected(refused);
    } catch (NoRouteToHostException unreachable) {
      return unanswered(Fault.UNREACHABLE, "There is no route to the host.");
    } catch (ProtocolException unreadable) {
      return unanswered(Fault.INVALID_RESPONSE, "What came back is not HTTP, or too much of it.");
    } catch (IOException broken) {
      return contact.hadNoConnection()
          ? unanswered(Fault.UNREACHABLE, "The network of the host cannot be reached.")
          : unanswered(Fault.CONNECTION_RESET, "The connection broke before an answer came.");
    } catch (IllegalArgumentException unsendable) {
      return unanswered(
          Fault.INVALID_REQUEST, "URL, content type, headers or certificates cannot be used.");
    }
  }

  private static void readBody(Call call, Response response, Buffer body) {
    BufferedSource source = response.body().source();
    try {
      source.timeout().deadline(BODY_TIME.toNanos(), TimeUnit.NANOSECONDS);
      if (source.request(BODY_LIMIT + 1)) {
        call.cancel(); // Drops the connection, instead of reading on to save it.
      }
    } catch (IOException broken) {
      // What came until then is kept.
    }
    Buffer came = source.getBuffer();
    body.write(came, Math.min(came.size(), BODY_LIMIT));
  }

  private Outcome answered(Response response) {
    int status = response.code();
    if (response.isSuccessful()) {
      return new Delivered(status);
    }
    return status == 410
        ? new Gone()
        : new Refused(status, RetryAfter.read(response.headers("Retry-After"), clock.instant()));
  }

  private static Unanswered insecure(SSLException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof CertificateExpiredException) {
        return unanswered(Fault.CERTIFICATE_EXPIRED, "The certificate has expired.");
      }
      if (cause instanceof CertPathBuilderException) {
        return unanswered(Fault.TLS_FAILED, "No trusted authority has signed the certificate.");
      }
    }
    return unanswered(Fault.TLS_FAILED, "No secure connection could be agreed on.");
  }

  /** The JDK tells these three apart by their text only. */
  private static Unanswered unconnected(ConnectException failure) {
    String text = String.valueOf(failure.getCause());
    if (text.contains("refused")) {
      return unanswered(Fault.CONNECTION_REFUSED, "Nobody listens at this port.");
    }
    return text.contains("timed out")
        ? unanswered(Fault.TIMED_OUT, "No connection came about in time.")
        : unanswered(Fault.UNREACHABLE, "The network of the host cannot be reached.");
  }

  private static Unanswered unanswered(Fault fault, String detail) {
    if (Thread.currentThread().isInterrupted()) {
      throw new CancellationException("interrupted while sending");
    }
    return new Unanswered(fault, detail);
  }
}
