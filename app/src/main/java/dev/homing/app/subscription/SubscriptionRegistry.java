package dev.homing.app.subscription;

import static java.util.Objects.requireNonNull;

import dev.homing.activities.delivery.WaitingDeliveries;
import dev.homing.activities.secret.SealedSecret;
import dev.homing.activities.secret.Secrets;
import dev.homing.activities.secret.SigningSecret;
import dev.homing.activities.subscription.Subscription;
import dev.homing.activities.subscription.Subscriptions;
import dev.homing.activities.subscription.Terms;
import dev.homing.app.audit.Action;
import dev.homing.app.audit.AuditLog;
import dev.homing.app.http.IfMatch;
import dev.homing.app.http.Problem;
import dev.homing.app.maintenance.RunNotices;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Keeps the subscriptions: each change with all that follows from it in one commit.
 *
 * <p>Every change raises the tenant's routes version, so that the next event knows of it. What it
 * means for deliveries that wait is in the same commit; their workflows hear of it afterwards.
 */
@Component
class SubscriptionRegistry {
  private final Subscriptions subscriptions;
  private final Secrets secrets;
  private final TermsSealing sealing;
  private final WaitingDeliveries waiting;
  private final RunNotices runNotices;
  private final SubscriptionLimits limits;
  private final AuditLog auditLog;
  private final TransactionTemplate transaction;
  private final Supplier<UUID> ids;
  private final Clock clock;

  SubscriptionRegistry(
      Subscriptions subscriptions,
      Secrets secrets,
      TermsSealing sealing,
      WaitingDeliveries waiting,
      RunNotices runNotices,
      SubscriptionLimits limits,
      AuditLog auditLog,
      TransactionTemplate transaction,
      Supplier<UUID> ids,
      Clock clock) {
    this.subscriptions = subscriptions;
    this.secrets = secrets;
    this.sealing = sealing;
    this.waiting = waiting;
    this.runNotices = runNotices;
    this.limits = limits;
    this.auditLog = auditLog;
    this.transaction = transaction;
    this.ids = ids;
    this.clock = clock;
  }

  Subscription find(Tenant tenant, SubscriptionId id) {
    return subscriptions.find(tenant, id).orElseThrow(() -> notFound(id));
  }

  Subscription add(Tenant tenant, Terms terms, SigningSecret secret) {
    SubscriptionId id = new SubscriptionId(ids.get());
    Subscription subscription =
        new Subscription(
            tenant,
            id,
            terms,
            sealing.of(tenant, id, terms, null),
            secrets.seal(tenant, id, secret),
            clock.instant());
    return requireNonNull(
        transaction.execute(
            _ -> {
              auditLog.add(tenant, Action.SUBSCRIPTION_CREATED, id.toString());
              Subscription saved = save(tenant, subscription);
              limits.check(tenant, id);
              return saved;
            }));
  }

  /**
   * Unless it has another version than is wanted. Enabling sends what was held. What changes
   * nothing leaves no trace.
   */
  Changed change(
      Tenant tenant, SubscriptionId id, IfMatch ifMatch, Function<Subscription, Terms> change) {
    Changed changed =
        requireNonNull(
            transaction.execute(
                _ -> {
                  Subscription subscription = expected(tenant, id, ifMatch);
                  Terms before = subscription.terms();
                  Move move = Move.of(before, change.apply(subscription));
                  Terms terms = move.terms();
                  List<String> fields = TermsChange.fields(before, terms);
                  if (fields.isEmpty()) {
                    return new Changed(subscription, move.dropped(), false);
                  }
                  subscription.change(
                      terms, sealing.of(tenant, id, terms, subscription), clock.instant());
                  Subscription saved = save(tenant, subscription);
                  if (!terms.eventTypes().equals(before.eventTypes())) {
                    limits.check(tenant, id);
                  }
                  auditLog.add(tenant, Action.SUBSCRIPTION_CHANGED, id.toString(), fields);
                  boolean enabled = terms.enabled() && !before.enabled();
                  if (enabled) {
                    waiting.release(tenant, id);
                  }
                  return new Changed(saved, move.dropped(), enabled);
                }));
    if (changed.enabled()) {
      runNotices.sendSoon();
    }
    return changed;
  }

  /**
   * Signs with another secret from now on.
   *
   * @param grace how long the one before signs as well
   */
  Subscription rotate(Tenant tenant, SubscriptionId id, SigningSecret secret, Duration grace) {
    SealedSecret sealed = secrets.seal(tenant, id, secret);
    return requireNonNull(
        transaction.execute(
            _ -> {
              Subscription subscription = expected(tenant, id, IfMatch.ANY);
              Instant now = clock.instant();
              subscription.rotate(sealed, now.plus(grace), now);
              auditLog.add(tenant, Action.SUBSCRIPTION_ROTATED, id.toString());
              return save(tenant, subscription);
            }));
  }

  /**
   * What came of a change.
   *
   * @param dropped what did not follow to another host, by the names of the API
   * @param enabled from now on
   */
  record Changed(Subscription subscription, List<String> dropped, boolean enabled) {}

  /** Its deliveries stay readable; what waits is cancelled. */
  void delete(Tenant tenant, SubscriptionId id, IfMatch ifMatch) {
    transaction.executeWithoutResult(
        _ -> {
          Subscription subscription = expected(tenant, id, ifMatch);
          subscription.delete(clock.instant());
          save(tenant, subscription);
          auditLog.add(tenant, Action.SUBSCRIPTION_DELETED, id.toString());
          waiting.cancelForInactive(tenant, id);
        });
    runNotices.sendSoon();
  }

  private static Problem notFound(SubscriptionId id) {
    return Problem.notFound("subscription", id.toString());
  }

  /** To be changed in this transaction. */
  private Subscription expected(Tenant tenant, SubscriptionId id, IfMatch ifMatch) {
    Subscription subscription =
        subscriptions.findToChange(tenant, id).orElseThrow(() -> notFound(id));
    ifMatch.check(subscription.version());
    return subscription;
  }

  private Subscription save(Tenant tenant, Subscription subscription) {
    Subscription saved = subscriptions.saveAndFlush(subscription);
    subscriptions.raiseRoutesVersion(tenant.name());
    return saved;
  }
}
