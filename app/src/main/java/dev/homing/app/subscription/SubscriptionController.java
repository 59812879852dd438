package dev.homing.app.subscription;

import dev.homing.activities.backlog.BacklogCounts;
import dev.homing.activities.routing.EventTypes;
import dev.homing.activities.standing.Standings;
import dev.homing.activities.subscription.Subscription;
import dev.homing.activities.subscription.SubscriptionKey;
import dev.homing.activities.subscription.SubscriptionList;
import dev.homing.app.http.FieldsOf;
import dev.homing.app.http.IfMatch;
import dev.homing.app.list.ListRequest;
import dev.homing.app.list.Page;
import dev.homing.app.problem.Problem;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.net.URI;
import java.time.Clock;
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
  private final SubscriptionChanges changes;
  private final TestEvents testEvents;
  private final Standings standings;
  private final BacklogCounts counts;
  private final Clock clock;

  SubscriptionController(
      SubscriptionList list,
      SubscriptionRegistry registry,
      SubscriptionChanges changes,
      TestEvents testEvents,
      Standings standings,
      BacklogCounts counts,
      Clock clock) {
    this.list = list;
    this.registry = registry;
    this.changes = changes;
    this.testEvents = testEvents;
    this.standings = standings;
    this.counts = counts;
    this.clock = clock;
  }

  /**
   * Registers a subscription; the very next event knows it.
   *
   * @return 201: the subscription, with its secret, which is shown only once
   * @throws Problem 409: there are as many subscriptions as allowed; 422: a field is not valid
   */
  @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
  ResponseEntity<SubscriptionView> create(
      @AuthenticationPrincipal Tenant tenant,
      @FieldsOf(SubscriptionRequest.class) @RequestBody ObjectNode body) {
    SubscriptionChanges.WithSecret created = changes.create(tenant, body);
    Subscription subscription = created.subscription();
    return ResponseEntity.created(URI.create("/subscriptions/" + subscription.id()))
        .eTag(IfMatch.tag(subscription.version()))
        .body(SubscriptionView.withSecret(subscription, created.secret()));
  }

  /**
   * Lists subscriptions, newest first.
   *
   * @param eventType only those that name exactly this type or pattern
   * @param enabled only those that are enabled, or only those that are not
   */
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
                    tenant, eventType, enabled, null, null, request.from(), request.before()),
                request.fetch()),
            subscription -> subscription.id().uuid())
        .map(SubscriptionView::of);
  }

  /**
   * Shows a subscription and how its receiver does.
   *
   * @throws Problem 404: there is no such subscription
   */
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

  /**
   * Replaces a subscription, except its secret; what is left out gets its default.
   *
   * @param ifMatch the ETag of what is replaced; another version is a 412
   * @throws Problem 404: there is no such subscription; 409: there are as many subscriptions as
   *     allowed; 412: it was changed meanwhile; 422: a field is not valid
   */
  @PutMapping(path = "/{id}", consumes = MediaType.APPLICATION_JSON_VALUE)
  ResponseEntity<SubscriptionView> replace(
      @AuthenticationPrincipal Tenant tenant,
      @PathVariable String id,
      @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String ifMatch,
      @FieldsOf(SubscriptionRequest.class) @RequestBody ObjectNode body) {
    return answer(tenant, changes.replace(tenant, id(id), IfMatch.of(ifMatch), body));
  }

  /**
   * Changes the fields in the patch (RFC 7396); null removes one.
   *
   * @param ifMatch the ETag of what is changed; another version is a 412
   * @throws Problem 404: there is no such subscription; 409: there are as many subscriptions as
   *     allowed; 412: it was changed meanwhile; 422: a field is not valid
   */
  @PatchMapping(
      path = "/{id}",
      consumes = {MediaType.APPLICATION_JSON_VALUE, MERGE_PATCH})
  ResponseEntity<SubscriptionView> merge(
      @AuthenticationPrincipal Tenant tenant,
      @PathVariable String id,
      @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String ifMatch,
      @FieldsOf(value = SubscriptionRequest.class, patch = true) @RequestBody ObjectNode patch) {
    return answer(tenant, changes.merge(tenant, id(id), IfMatch.of(ifMatch), patch));
  }

  private ResponseEntity<SubscriptionView> answer(
      Tenant tenant, SubscriptionRegistry.Changed changed) {
    Subscription subscription = changed.subscription();
    return answer(
        subscription,
        SubscriptionView.changed(
            subscription, standing(tenant, subscription.id()), changed.dropped()));
  }

  /**
   * Deletes a subscription, and cancels what waits for it; repeated, it changes nothing.
   *
   * @param ifMatch the ETag of what is deleted; another version is a 412
   * @throws Problem 404: there is no such subscription; 412: it was changed meanwhile
   */
  @DeleteMapping("/{id}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  void delete(
      @AuthenticationPrincipal Tenant tenant,
      @PathVariable String id,
      @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String ifMatch) {
    registry.delete(tenant, id(id), IfMatch.of(ifMatch));
  }

  /**
   * Sends a sample event to this subscription only, and returns the result.
   *
   * @throws Problem 404: there is no such subscription; 409: its secrets cannot be decrypted
   */
  @PostMapping("/{id}/test")
  TestEvents.Result test(@AuthenticationPrincipal Tenant tenant, @PathVariable String id) {
    return testEvents.send(tenant, registry.find(tenant, id(id)).id());
  }

  /**
   * Lists the public keys with which the receiver verifies; none if it verifies with the secret.
   *
   * @throws Problem 404: there is no such subscription
   */
  @GetMapping("/{id}/keys")
  Page<PublicKeyView> keys(@AuthenticationPrincipal Tenant tenant, @PathVariable String id) {
    return new Page<>(PublicKeyView.of(registry.find(tenant, id(id)), clock.instant()), null);
  }

  /**
   * Signs with a new secret from now on, and for a while with the earlier ones as well.
   *
   * @return 200: the subscription, with its new secret, which is shown only once
   * @throws Problem 404: there is no such subscription; 422: a field is not valid
   */
  @PostMapping(path = "/{id}/rotate", consumes = MediaType.APPLICATION_JSON_VALUE)
  SubscriptionView rotate(
      @AuthenticationPrincipal Tenant tenant,
      @PathVariable String id,
      @FieldsOf(RotationRequest.class) @RequestBody(required = false) @Nullable ObjectNode body) {
    SubscriptionChanges.WithSecret rotated = changes.rotate(tenant, id(id), body);
    return SubscriptionView.withSecret(rotated.subscription(), rotated.secret());
  }

  /**
   * A secret as an answer shows it.
   *
   * @param secret the key with which the receiver verifies signatures: {@code whsec_…}
   */
  record Revealed(String secret) {
    /** Omits the secret. */
    @Override
    public String toString() {
      return "Revealed";
    }
  }

  /**
   * Shows the secret that signs now, and writes so to the audit log.
   *
   * @throws Problem 404: there is no such subscription; 409: only Homing knows the secret, as it
   *     signs {@code v1a}, or its secrets cannot be decrypted
   */
  @PostMapping("/{id}/reveal")
  Revealed reveal(@AuthenticationPrincipal Tenant tenant, @PathVariable String id) {
    return new Revealed(registry.reveal(tenant, id(id)));
  }

  private static ResponseEntity<SubscriptionView> answer(
      Subscription subscription, SubscriptionView view) {
    return ResponseEntity.ok().eTag(IfMatch.tag(subscription.version())).body(view);
  }

  private static SubscriptionId id(String text) {
    return SubscriptionId.read(text).orElseThrow(() -> Problem.notFound("subscription", text));
  }
}
