package dev.homing.app.subscription;

import dev.homing.activities.backlog.BacklogCounts;
import dev.homing.activities.destination.DestinationCheck;
import dev.homing.activities.routing.EventTypes;
import dev.homing.activities.secret.SigningSecret;
import dev.homing.activities.standing.Standings;
import dev.homing.activities.subscription.DeliverySettings;
import dev.homing.activities.subscription.Subscription;
import dev.homing.activities.subscription.SubscriptionKey;
import dev.homing.activities.subscription.SubscriptionList;
import dev.homing.activities.subscription.Terms;
import dev.homing.app.http.IfMatch;
import dev.homing.app.list.ListRequest;
import dev.homing.app.list.Page;
import dev.homing.app.problem.Problem;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.function.Function;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.node.ObjectNode;

/** Creates, shows, changes and deletes subscriptions. */
@RestController
@RequestMapping("/subscriptions")
class SubscriptionController {
  private static final String MERGE_PATCH = "application/merge-patch+json";

  private final SubscriptionList list;
  private final SubscriptionRegistry registry;
  private final SubscriptionReader reader;
  private final TestEvents testEvents;
  private final DestinationCheck destinations;
  private final Standings standings;
  private final BacklogCounts counts;
  private final DeliverySettings settings;
  private final Clock clock;
  private final SecureRandom random = new SecureRandom();

  SubscriptionController(
      SubscriptionList list,
      SubscriptionRegistry registry,
      SubscriptionReader reader,
      TestEvents testEvents,
      DestinationCheck destinations,
      Standings standings,
      BacklogCounts counts,
      DeliverySettings settings,
      Clock clock) {
    this.list = list;
    this.registry = registry;
    this.reader = reader;
    this.testEvents = testEvents;
    this.destinations = destinations;
    this.standings = standings;
    this.counts = counts;
    this.settings = settings;
    this.clock = clock;
  }

  @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
  ResponseEntity<SubscriptionView> create(
      @AuthenticationPrincipal Tenant tenant, @RequestBody ObjectNode body) {
    SubscriptionRequest request = reader.created(body);
    Terms terms = request.terms();
    checkIntervals(terms.retry());
    checkDestination(terms);
    SigningSecret secret = request.scheme().signingSecret(random);
    Subscription created = registry.add(tenant, terms, secret);
    return ResponseEntity.created(URI.create("/subscriptions/" + created.id()))
        .eTag(IfMatch.tag(created.version()))
        .body(SubscriptionView.withSecret(created, secret));
  }

  @GetMapping
  Page<SubscriptionView> list(
      @AuthenticationPrincipal Tenant tenant,
      @RequestParam(name = "event_type", required = false) @Nullable String eventType,
      @RequestParam(required = false) @Nullable Boolean enabled,
      ListRequest request) {
    if (eventType != null && !EventTypes.isPattern(eventType)) {
      throw Problem.malformed("event_type must be an event type, like order.created or order.*");
    }
    return request
        .page(
            list.newest(
                new SubscriptionList.Filter(
                    tenant, eventType, enabled, request.from(), request.before()),
                request.fetch()),
            subscription -> subscription.id().uuid())
        .map(SubscriptionView::of);
  }

  @GetMapping("/{id}")
  ResponseEntity<SubscriptionView> get(
      @AuthenticationPrincipal Tenant tenant, @PathVariable String id) {
    Subscription found = registry.find(tenant, id(id));
    return answer(found, SubscriptionView.of(found, standing(tenant, found.id())));
  }

  private StandingView standing(Tenant tenant, SubscriptionId id) {
    SubscriptionKey key = new SubscriptionKey(tenant, id);
    return StandingView.of(standings.find(key), counts.waiting(key));
  }

  /** Replaces a subscription, except its secret. */
  @PutMapping(path = "/{id}", consumes = MediaType.APPLICATION_JSON_VALUE)
  ResponseEntity<SubscriptionView> replace(
      @AuthenticationPrincipal Tenant tenant,
      @PathVariable String id,
      @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String ifMatch,
      @RequestBody ObjectNode body) {
    return change(tenant, id(id), IfMatch.of(ifMatch), before -> reader.replaced(before, body));
  }

  /** Changes the fields in the patch (RFC 7396); null removes one. */
  @PatchMapping(
      path = "/{id}",
      consumes = {MediaType.APPLICATION_JSON_VALUE, MERGE_PATCH})
  ResponseEntity<SubscriptionView> merge(
      @AuthenticationPrincipal Tenant tenant,
      @PathVariable String id,
      @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String ifMatch,
      @RequestBody ObjectNode patch) {
    return change(tenant, id(id), IfMatch.of(ifMatch), before -> reader.merged(before, patch));
  }

  private ResponseEntity<SubscriptionView> change(
      Tenant tenant,
      SubscriptionId id,
      IfMatch ifMatch,
      Function<Subscription, SubscriptionRequest> change) {
    Function<Subscription, Terms> terms =
        subscription -> {
          Terms changed = change.apply(subscription).terms();
          checkIntervals(subscription, changed);
          return changed;
        };
    Subscription before = registry.find(tenant, id);
    checkDestination(before, terms.apply(before));
    SubscriptionRegistry.Changed changed = registry.change(tenant, id, ifMatch, terms);
    return answer(
        changed.subscription(),
        SubscriptionView.changed(changed.subscription(), standing(tenant, id), changed.dropped()));
  }

  @DeleteMapping("/{id}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  void delete(
      @AuthenticationPrincipal Tenant tenant,
      @PathVariable String id,
      @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String ifMatch) {
    registry.delete(tenant, id(id), IfMatch.of(ifMatch));
  }

  /** Sends a sample event to this subscription only, and returns the result. */
  @PostMapping("/{id}/test")
  TestEvents.Result test(@AuthenticationPrincipal Tenant tenant, @PathVariable String id) {
    return testEvents.send(tenant, registry.find(tenant, id(id)).id());
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

  /** The public keys of its receiver; empty if the receiver verifies with the secret. */
  @GetMapping("/{id}/keys")
  Page<PublicKeyView> keys(@AuthenticationPrincipal Tenant tenant, @PathVariable String id) {
    return new Page<>(PublicKeyView.of(registry.find(tenant, id(id)), clock.instant()), null);
  }

  /** Signs with a new secret from now on, and for a while with the earlier ones as well. */
  @PostMapping(path = "/{id}/rotate", consumes = MediaType.APPLICATION_JSON_VALUE)
  SubscriptionView rotate(
      @AuthenticationPrincipal Tenant tenant,
      @PathVariable String id,
      @RequestBody(required = false) @Nullable ObjectNode body) {
    RotationRequest rotation = body == null ? RotationRequest.DEFAULTS : reader.rotation(body);
    SigningSecret secret = rotation.scheme().signingSecret(random);
    return SubscriptionView.withSecret(
        registry.rotate(tenant, id(id), secret, rotation.grace()), secret);
  }

  private static ResponseEntity<SubscriptionView> answer(
      Subscription subscription, SubscriptionView view) {
    return ResponseEntity.ok().eTag(IfMatch.tag(subscription.version())).body(view);
  }

  private static SubscriptionId id(String text) {
    return SubscriptionId.read(text).orElseThrow(() -> Problem.notFound("subscription", text));
  }
}
