package dev.homing.app.subscription;

import static java.util.Objects.requireNonNull;

import dev.homing.activities.delivery.WaitingDeliveries;
import dev.homing.activities.failing.FailingSubscriptions;
import dev.homing.activities.secret.SealedSecret;
import dev.homing.activities.secret.Secrets;
import dev.homing.activities.secret.SigningSecret;
import dev.homing.activities.standing.Standings;
import dev.homing.activities.subscription.Subscription;
import dev.homing.activities.subscription.SubscriptionKey;
import dev.homing.activities.subscription.Subscriptions;
import dev.homing.activities.subscription.Terms;
import dev.homing.app.audit.Action;
import dev.homing.app.audit.AuditLog;
import dev.homing.app.http.IfMatch;
import dev.homing.app.maintenance.RunNotices;
import dev.homing.app.problem.Problem;
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
 * Stores subscriptions, each change with all its consequences in one commit.
 *
 * <p>Every change raises the tenant's routes version, so that the next event sees it. Its effect on
 * waiting deliveries is part of the commit; their workflows are notified afterwards.
 */
@Component
public class SubscriptionRegistry {
  private final Subscriptions subscriptions;
  private final Secrets secrets;
  private final TermsSealing sealing;
  private final WaitingDeliveries waiting;
  private final FailingSubscriptions failing;
  private final Standings standings;
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
      FailingSubscriptions failing,
      Standings standings,
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
    this.failing = failing;
    this.standings = standings;
    this.runNotices = runNotices;
    this.limits = limits;
    this.auditLog = auditLog;
    this.transaction = transaction;
    this.ids = ids;
    this.clock = clock;
  }

  public Subscription find(Tenant tenant, SubscriptionId id) {
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
   * Changes a subscription if its version matches. Enabling releases held deliveries; a change
   * without effect is not recorded.
   */
  Changed change(
      Tenant tenant, SubscriptionId id, IfMatch ifMatch, Function<Subscription, Terms> change) {
    Changed changed =
        requireNonNull(
            transaction.execute(
                _ -> {
                  Subscription subscription = findForChange(tenant, id, ifMatch);
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
                  if (enabled || !terms.url().equals(before.url())) {
                    failing.clear(new SubscriptionKey(tenant, id));
                  }
                  if (enabled) {
                    waiting.release(tenant, id);
                  }
                  if (!terms.pace().equals(before.pace())) {
                    standings.paceChanged(tenant, id);
                  }
                  return new Changed(saved, move.dropped(), enabled);
                }));
    if (changed.enabled()) {
      runNotices.sendSoon();
    }
    return changed;
  }

  /**
   * Signs with a new secret from now on.
   *
   * @param grace how long the previous secret also signs
   */
  Subscription rotate(Tenant tenant, SubscriptionId id, SigningSecret secret, Duration grace) {
    SealedSecret sealed = secrets.seal(tenant, id, secret);
    return requireNonNull(
        transaction.execute(
            _ -> {
              Subscription subscription = findForChange(tenant, id, IfMatch.ANY);
              Instant now = clock.instant();
              subscription.rotate(sealed, now.plus(grace), now);
              auditLog.add(tenant, Action.SUBSCRIPTION_ROTATED, id.toString());
              return save(tenant, subscription);
            }));
  }

  /** The secret that signs now, as its receiver needs it; the audit log says who saw it. */
  public String reveal(Tenant tenant, SubscriptionId id) {
    Subscription subscription = find(tenant, id);
    if (subscription.publicKey() != null) {
      throw Problem.conflict(
          "Only Homing knows the secret of a v1a subscription. Its receiver needs the public key.");
    }
    String secret = opened(tenant, subscription);
    transaction.executeWithoutResult(
        _ -> auditLog.add(tenant, Action.SUBSCRIPTION_REVEALED, id.toString()));
    return secret;
  }

  private String opened(Tenant tenant, Subscription subscription) {
    try {
      return secrets.open(tenant, subscription.id(), subscription.sealedSecret()).text();
    } catch (IllegalStateException unreadable) {
      throw Problem.conflict(
          "The secret cannot be decrypted. An operator must check the encryption keys.");
    }
  }

  /**
   * The result of a change.
   *
   * @param dropped names of the secrets that did not move to another host, as in the API
   * @param enabled whether the change enabled it
   */
  public record Changed(Subscription subscription, List<String> dropped, boolean enabled) {}

  /** Deletes a subscription; its deliveries stay readable, and waiting ones are cancelled. */
  public void delete(Tenant tenant, SubscriptionId id, IfMatch ifMatch) {
    transaction.executeWithoutResult(
        _ -> {
          Subscription subscription = findForChange(tenant, id, ifMatch);
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

  /** Locks the subscription for a change in this transaction, and checks its version. */
  private Subscription findForChange(Tenant tenant, SubscriptionId id, IfMatch ifMatch) {
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
