package dev.homing.activities.delivery;

import dev.homing.activities.delivery.Delivery.Reason;
import dev.homing.activities.outbound.Attempt;
import dev.homing.activities.subscription.Receiver;
import okhttp3.HttpUrl;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs one line for each attempt, with every field and the decision taken. */
public final class AttemptLogger implements AttemptListener {
  private static final Logger log = LoggerFactory.getLogger("homing.attempts");

  @Override
  public void recorded(AttemptContext context, Attempt attempt, Delivery after) {
    Delivery.Key key = context.key();
    log.atInfo()
        .addKeyValue("outcome", attempt.outcome().word())
        .addKeyValue("status_code", attempt.outcome().status())
        .addKeyValue("tenant", key.tenant().name())
        .addKeyValue("delivery_id", key.id().toString())
        .addKeyValue("event_id", key.eventId().toString())
        .addKeyValue("event_type", key.eventType())
        .addKeyValue("subscription_id", key.subscriptionId().toString())
        .addKeyValue("url", withoutQuery(context.receiver()))
        .addKeyValue("attempt", after.roundAttempts())
        .addKeyValue("max_attempts", context.receiver().schedule().maxAttempts())
        .addKeyValue("round", context.round())
        .addKeyValue("attempt_count", after.attemptCount())
        .addKeyValue("took_millis", attempt.took().toMillis())
        .addKeyValue("state", after.state().word())
        .addKeyValue("reason", Reason.wordOf(after.reason()))
        .addKeyValue("next_attempt_at", after.nextAttemptAt())
        .addKeyValue("error", attempt.outcome().detail())
        .log("attempt");
  }

  /** Query strings may hold a customer's tokens. */
  private static String withoutQuery(Receiver receiver) {
    HttpUrl url = receiver.url();
    return (url.query() == null ? url : url.newBuilder().query(null).build()).toString();
  }
}
