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
import java.io.EOFException;
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
import okhttp3.HttpUrl;
import okhttp3.Response;
import okio.Buffer;
import okio.BufferedSource;

/** Sends a webhook: one guarded, signed, bounded POST. */
public final class HttpSender {
  /**
   * Header with the number of Homing deliveries through which an event came here; absent for an
   * event that was published here first.
   */
  public static final String HOPS = "homing-hops";

  /** Prefix of the {@code user-agent} of every request. */
  public static final String PRODUCT = "Homing/";

  private static final long MAX_BODY_BYTES = 16 * 1024;

  /** How long to read a body: the status line has decided, and the body is only shown to users. */
  private static final Duration BODY_TIMEOUT = Duration.ofSeconds(2);

  private final Call.Factory calls;
  private final Clock clock;
  private final Egress egress;
  private final AtomicReference<Instant> lastStart = new AtomicReference<>(Instant.EPOCH);
  private final String userAgent;

  /**
   * @param calls makes guarded calls, as {@link OutboundCalls} does
   * @param egress is told of every attempt
   * @param version of Homing, sent to receivers
   */
  public HttpSender(Call.Factory calls, Clock clock, Egress egress, String version) {
    this.calls = calls;
    this.clock = clock;
    this.egress = egress;
    this.userAgent = PRODUCT + version;
  }

  /**
   * Makes one attempt, which ends in an outcome whatever the receiver does.
   *
   * <p>Even after a failure the receiver may have got the request.
   *
   * @throws CancellationException if this thread was interrupted, which says nothing about the
   *     receiver
   * @throws EgressDownException if the failure is this node's: it reaches no receiver, or is
   *     overloaded
   */
  public Attempt send(WebhookRequest request) {
    Instant startedAt = lastStart.updateAndGet(this::nextStart);
    long start = System.nanoTime();
    Received received = new Received(new Buffer(), new TreeMap<>());
    Reachability reachability = new Reachability();
    Outcome outcome = post(request, startedAt, reachability, received);
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    Attempt attempt =
        new Attempt(
            outcome,
            startedAt,
            took,
            received.body().size() == 0 ? null : received.body().readByteArray(),
            received.headers(),
            outcome instanceof Delivered ? null : withoutQuery(request.url()),
            outcome instanceof Delivered ? null : reachability.address(request.url().host()));
    updateEgress(request.url().host(), reachability, attempt);
    return attempt;
  }

  private static String withoutQuery(HttpUrl url) {
    return (url.query() == null ? url : url.newBuilder().query(null).build()).toString();
  }

  /** The parts of a response received so far. */
  private record Received(Buffer body, Map<String, String> headers) {}

  /**
   * The current time in microseconds, as PostgreSQL stores it; unique, as it identifies attempts.
   */
  private Instant nextStart(Instant before) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    boolean taken = !now.isAfter(before) && before.isBefore(now.plusMillis(1));
    return taken ? before.plus(1, ChronoUnit.MICROS) : now;
  }

  private void updateEgress(String host, Reachability reachability, Attempt attempt) {
    if (!reachability.wasAttempted()) {
      throw new EgressDownException("this node is overloaded", attempt);
    }
    if (reachability.reachedMachine(attempt.outcome())) {
      egress.reached();
    } else if (reachability.foundNoMachine(attempt.outcome()) && egress.failedToReach(host)) {
      throw new EgressDownException("this node reaches no receiver", attempt);
    }
  }

  private Outcome post(
      WebhookRequest webhook, Instant startedAt, Reachability reachability, Received received) {
    try {
      Call call = calls.newCall(SignedRequest.of(webhook, startedAt, userAgent));
      call.addEventListener(reachability);
      call.timeout().timeout(webhook.timeout().toNanos(), TimeUnit.NANOSECONDS);
      try (Response response = execute(call)) {
        readBody(call, response, received.body());
        received.headers().putAll(ResponseHeaders.of(response));
        return answered(response);
      }
    } catch (NodeExhaustedException e) {
      reachability.notAttempted();
      return unanswered(Fault.UNREACHABLE, "This node has too many open files or connections.");
    } catch (BlockedDestinationException blocked) {
      return unanswered(Fault.BLOCKED_DESTINATION, "This address is not allowed.");
    } catch (EgressProxyException e) {
      egress.proxyFailed(e);
      return unanswered(Fault.UNREACHABLE, "The egress proxy failed.");
    } catch (UnknownServiceException cleartext) {
      return unanswered(Fault.BLOCKED_DESTINATION, "Only https:// URLs are allowed.");
    } catch (TooManyLookupsException e) {
      reachability.notAttempted();
      return unanswered(Fault.DNS_FAILED, "This node has too many DNS lookups in progress.");
    } catch (NoAnswerException silent) {
      reachability.dnsFailed(silent.isTheNamesFault());
      return unanswered(Fault.DNS_FAILED, "The host name could not be resolved.");
    } catch (UnknownHostException unknown) {
      reachability.dnsFailed(true);
      return unanswered(
          Fault.DNS_FAILED,
          "The host name does not exist, or one of its addresses is not allowed.");
    } catch (SSLPeerUnverifiedException mismatch) {
      return unanswered(Fault.TLS_FAILED, "The certificate is for another host.");
    } catch (SSLException insecure) {
      return insecure(insecure);
    } catch (InterruptedIOException late) {
      return unanswered(Fault.TIMED_OUT, "No answer came in time.");
    } catch (ConnectException refused) {
      return unconnected(refused);
    } catch (NoRouteToHostException unreachable) {
      return unanswered(Fault.UNREACHABLE, "No route to the host.");
    } catch (ProtocolException unreadable) {
      return unanswered(Fault.INVALID_RESPONSE, "The response is not valid HTTP, or is too large.");
    } catch (IOException broken) {
      return reachability.hadNoConnection()
          ? unanswered(Fault.UNREACHABLE, "The network of the host is unreachable.")
          : unanswered(Fault.CONNECTION_RESET, "The connection broke before an answer arrived.");
    } catch (IllegalArgumentException unsendable) {
      return unanswered(
          Fault.INVALID_REQUEST, "The URL, content type, headers or certificates are invalid.");
    }
  }

  private static Response execute(Call call) throws IOException {
    try {
      return call.execute();
    } catch (IOException failure) {
      throw NodeExhaustedException.orElse(failure);
    }
  }

  private static void readBody(Call call, Response response, Buffer body) {
    BufferedSource source = response.body().source();
    try {
      source.timeout().deadline(BODY_TIMEOUT.toNanos(), TimeUnit.NANOSECONDS);
      if (source.request(MAX_BODY_BYTES + 1)) {
        call.cancel(); // Drops the connection, instead of reading the rest to reuse it.
      }
    } catch (IOException broken) {
      // The part received so far is kept.
    }
    Buffer received = source.getBuffer();
    body.write(received, Math.min(received.size(), MAX_BODY_BYTES));
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
        return unanswered(
            Fault.TLS_FAILED, "The certificate is not signed by a trusted authority.");
      }
      if (cause instanceof EOFException) {
        return unanswered(Fault.CONNECTION_RESET, "The connection broke in the TLS handshake.");
      }
    }
    return unanswered(Fault.TLS_FAILED, "The TLS handshake failed.");
  }

  /** The JDK distinguishes these three failures by their message only. */
  private static Unanswered unconnected(ConnectException failure) {
    String text = String.valueOf(failure.getCause());
    if (text.contains("refused")) {
      return unanswered(Fault.CONNECTION_REFUSED, "Connection refused.");
    }
    return text.contains("timed out")
        ? unanswered(Fault.TIMED_OUT, "Connecting timed out.")
        : unanswered(Fault.UNREACHABLE, "The network of the host is unreachable.");
  }

  private static Unanswered unanswered(Fault fault, String detail) {
    if (Thread.currentThread().isInterrupted()) {
      throw new CancellationException("interrupted while sending");
    }
    return new Unanswered(fault, detail);
  }
}
