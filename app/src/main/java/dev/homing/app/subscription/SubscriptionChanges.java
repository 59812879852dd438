package dev.homing.app.subscription;

import dev.homing.activities.destination.DestinationCheck;
import dev.homing.activities.retention.RetentionSettings;
import dev.homing.activities.secret.SigningSecret;
import dev.homing.activities.subscription.DeliverySettings;
import dev.homing.activities.subscription.Subscription;
import dev.homing.activities.subscription.Terms;
import dev.homing.app.http.IfMatch;
import dev.homing.app.problem.Problem;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.function.Function;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Creates and changes subscriptions as callers ask in JSON; a problem names the fields that are not
 * valid.
 */
@Component
public class SubscriptionChanges {
  private final SubscriptionRegistry registry;
  private final SubscriptionReader reader;
  private final DestinationCheck destinations;
  private final DeliverySettings settings;
  private final RetentionSettings retention;
  private final JsonMapper json;
  private final SecureRandom random = new SecureRandom();

  SubscriptionChanges(
      SubscriptionRegistry registry,
      SubscriptionReader reader,
      DestinationCheck destinations,
      DeliverySettings settings,
      RetentionSettings retention,
      JsonMapper json) {
    this.registry = registry;
    this.reader = reader;
    this.destinations = destinations;
    this.settings = settings;
    this.retention = retention;
    this.json = json;
  }

  /** A subscription with a new signing secret, which is shown this once. */
  public record WithSecret(Subscription subscription, SigningSecret secret) {
    /** The secret for the receiver; null if it verifies with the public key. */
    public @Nullable String shown() {
      return secret.publicKey().isPresent() ? null : secret.text();
    }

    /** Shows no secret. */
    @Override
    public String toString() {
      return "WithSecret[%s]".formatted(subscription.id());
    }
  }

  /** Creates a subscription. */
  public WithSecret create(Tenant tenant, ObjectNode body) {
    SubscriptionRequest request = reader.created(body);
    Terms terms = request.terms();
    checkIntervals(terms.retry());
    checkBlock(terms.ordering());
    checkDestination(terms);
    SigningSecret secret = request.scheme().signingSecret(random);
    return new WithSecret(registry.add(tenant, terms, secret), secret);
  }

  /** A subscription as callers read it, who may send it back. */
  public ObjectNode shown(Subscription subscription) {
    return json.valueToTree(SubscriptionView.of(subscription));
  }

  /** Replaces everything but the secret. */
  public SubscriptionRegistry.Changed replace(
      Tenant tenant, SubscriptionId id, IfMatch ifMatch, ObjectNode body) {
    return change(tenant, id, ifMatch, before -> reader.replaced(before, body));
  }

  /** Changes the fields in the patch (RFC 7396); null removes one. */
  public SubscriptionRegistry.Changed merge(
      Tenant tenant, SubscriptionId id, IfMatch ifMatch, ObjectNode patch) {
    return change(tenant, id, ifMatch, before -> reader.merged(before, patch));
  }

  private SubscriptionRegistry.Changed change(
      Tenant tenant,
      SubscriptionId id,
      IfMatch ifMatch,
      Function<Subscription, SubscriptionRequest> change) {
    Function<Subscription, Terms> terms =
        subscription -> {
          Terms changed = change.apply(subscription).terms();
          checkIntervals(subscription, changed);
          checkBlock(subscription, changed);
          return changed;
        };
    Subscription before = registry.find(tenant, id);
    checkDestination(before, terms.apply(before));
    return registry.change(tenant, id, ifMatch, terms);
  }

  /**
   * Signs with a new secret from now on, and for a while with the earlier ones as well.
   *
   * @param body null: the defaults
   */
  public WithSecret rotate(Tenant tenant, SubscriptionId id, @Nullable ObjectNode body) {
    RotationRequest rotation = body == null ? RotationRequest.DEFAULTS : reader.rotation(body);
    SigningSecret secret = rotation.scheme().signingSecret(random);
    return new WithSecret(registry.rotate(tenant, id, secret, rotation.grace()), secret);
  }

  /** Unchanged intervals pass: the settings may have changed since they were accepted. */
  private void checkIntervals(Subscription before, Terms terms) {
    if (!terms.retry().equals(before.terms().retry())) {
      checkIntervals(terms.retry());
    }
  }

  private void checkIntervals(Terms.Retry retry) {
    settings
        .contradiction(retry)
        .ifPresent(
            contradiction -> {
              throw Problem.invalid("retry." + contradiction.field(), contradiction.detail());
            });
  }

  /** An unchanged block passes: the settings may have changed since it was accepted. */
  private void checkBlock(Subscription before, Terms terms) {
    if (!terms.ordering().equals(before.terms().ordering())) {
      checkBlock(terms.ordering());
    }
  }

  private void checkBlock(Terms.Ordering ordering) {
    Duration kept = retention.ofPayloads();
    if (ordering.maxBlock() != null && ordering.maxBlock().compareTo(kept) > 0) {
      throw Problem.invalid(
          "max_block",
          "must be at most %d seconds, as long as payloads are kept".formatted(kept.toSeconds()));
    }
  }

  /** An unchanged URL passes, so that a subscription to a forbidden one can still be paused. */
  private void checkDestination(Subscription before, Terms terms) {
    if (!terms.url().equals(before.terms().url())) {
      checkDestination(terms);
    }
  }

  /** Call outside of transactions, because it looks up a name. */
  private void checkDestination(Terms terms) {
    destinations
        .complaint(HttpUrl.get(terms.url()))
        .ifPresent(
            complaint -> {
              throw Problem.invalid("url", complaint);
            });
  }
}
