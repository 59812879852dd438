package dev.homing.app.subscription;

import dev.homing.activities.event.OwnEvents;
import dev.homing.activities.outbound.Attempt;
import dev.homing.activities.outbound.EgressDownException;
import dev.homing.activities.outbound.HttpSender;
import dev.homing.activities.outbound.WebhookRequest;
import dev.homing.activities.pace.Pacing;
import dev.homing.activities.pace.Permit;
import dev.homing.activities.subscription.Receiver;
import dev.homing.activities.subscription.Receivers;
import dev.homing.app.audit.Action;
import dev.homing.app.audit.AuditLog;
import dev.homing.app.problem.Problem;
import dev.homing.workflows.EventId;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;

/** Tests a receiver with one signed request, without retries or records. */
@Component
public class TestEvents {
  private static final String TYPE = "homing.test";

  private final Receivers receivers;
  private final HttpSender sender;
  private final Pacing pacing;
  private final AuditLog auditLog;
  private final Supplier<UUID> ids;
  private final Clock clock;

  TestEvents(
      Receivers receivers,
      HttpSender sender,
      Pacing pacing,
      AuditLog auditLog,
      Supplier<UUID> ids,
      Clock clock) {
    this.receivers = receivers;
    this.sender = sender;
    this.pacing = pacing;
    this.auditLog = auditLog;
    this.ids = ids;
    this.clock = clock;
  }

  public Result send(Tenant tenant, SubscriptionId id) {
    Receiver receiver = receivers.find(tenant, id).orElseThrow();
    if (receiver.secrets().isEmpty()) {
      throw Problem.conflict(
          "The subscription's secrets cannot be decrypted. An operator must check the encryption"
              + " keys.");
    }
    auditLog.add(tenant, Action.SUBSCRIPTION_TESTED, id.toString());
    EventId event = new EventId(ids.get());
    WebhookRequest request =
        WebhookRequest.to(receiver, 1, event, MediaType.APPLICATION_JSON_VALUE, payload(id), 0);
    Attempt attempt;
    try (Permit _ = pacing.insist(tenant, receiver)) {
      attempt = send(request);
    }
    byte[] body = attempt.responseBody();
    return new Result(
        event,
        TYPE,
        attempt.outcome().word(),
        attempt.outcome().status(),
        attempt.took().toMillis(),
        attempt.outcome().detail(),
        body == null ? null : new String(body, StandardCharsets.UTF_8),
        attempt.responseHeaders().isEmpty() ? null : attempt.responseHeaders());
  }

  private Attempt send(WebhookRequest request) {
    try {
      return sender.send(request);
    } catch (EgressDownException cutOff) {
      return cutOff.attempt();
    }
  }

  private byte[] payload(SubscriptionId id) {
    return OwnEvents.payload(TYPE, clock.instant(), "\"subscription_id\":\"%s\"".formatted(id));
  }

  /**
   * The result of a test.
   *
   * @param responseHeaders selected headers of a refusal, in lower case; null: there are none
   */
  public record Result(
      EventId eventId,
      String eventType,
      String outcome,
      @Nullable Integer statusCode,
      long tookMillis,
      @Nullable String error,
      @Nullable String responseBody,
      @Nullable Map<String, String> responseHeaders) {}
}
