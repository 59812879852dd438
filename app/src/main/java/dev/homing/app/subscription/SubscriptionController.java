package dev.homing.app.subscription;

import dev.homing.activities.destination.DestinationCheck;
import dev.homing.activities.routing.EventTypes;
import dev.homing.activities.secret.SigningSecret;
import dev.homing.activities.subscription.DeliverySettings;
import dev.homing.activities.subscription.Subscription;
import dev.homing.activities.subscription.Subscriptions;
import dev.homing.activities.subscription.Terms;
import dev.homing.app.http.IfMatch;
import dev.homing.app.http.ListRequest;
import dev.homing.app.http.Page;
import dev.homing.app.http.Problem;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.function.Function;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Limit;
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

/** Registering receivers, and changing them. */
@RestController
@RequestMapping("/subscriptions")
class SubscriptionController {
  private static final String MERGE_PATCH = "application/merge-patch+json";

  private final Subscriptions subscriptions;
  private final SubscriptionRegistry register;
  private final SubscriptionReader reader;
  private final TestEvents testEvents;
  private final DestinationCheck destinations;
  private final DeliverySettings settings;
  private final Clock clock;
  private final SecureRandom random = new SecureRandom();

  SubscriptionController(
      Subscriptions subscriptions,
      SubscriptionRegistry register,
      SubscriptionReader reader,
      TestEvents testEvents,
      DestinationCheck destinations,
      DeliverySettings settings,
      Clock clock) {
    this.subscriptions = subscriptions;
    this.register = register;
    this.reader = reader;
    this.testEvents = testEvents;
    this.destinations = destinations;
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
    Subscription created = register.add(tenant, terms, secret);
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
            subscriptions.list(
                tenant.name(),
                eventType,
                enabled,
                request.from(),
                request.before(),
                Limit.of(request.fetch())),
            subscription -> subscription.id().uuid())
        .map(SubscriptionView::of);
  }

  @GetMapping("/{id}")
  ResponseEntity<SubscriptionView> get(
      @AuthenticationPrincipal Tenant tenant, @PathVariable String id) {
    Subscription found = register.find(tenant, id(id));
    return answer(found, SubscriptionView.of(found));
  }

  /** Replaces all of it but the secret. */
  @PutMapping(path = "/{id}", consumes = MediaType.APPLICATION_JSON_VALUE)
  ResponseEntity<SubscriptionView> replace(
      @AuthenticationPrincipal Tenant tenant,
      @PathVariable String id,
      @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String ifMatch,
      @RequestBody ObjectNode body) {
    return change(tenant, id(id), IfMatch.of(ifMatch), before -> reader.replaced(before, body));
  }

  /** Changes what it names, as RFC 7396 has it: null removes. */
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
    Subscription before = register.find(tenant, id);
    checkDestination(before, terms.apply(before));
    SubscriptionRegistry.Changed changed = register.change(tenant, id, ifMatch, terms);
    return answer(
        changed.subscription(),
        SubscriptionView.changed(changed.subscription(), changed.dropped()));
  }

  @DeleteMapping("/{id}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  void delete(
      @AuthenticationPrincipal Tenant tenant,
      @PathVariable String id,
      @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String ifMatch) {
    register.delete(tenant, id(id), IfMatch.of(ifMatch));
  }

  /** Sends one sample event to this subscription alone, and answers with what came back. */
  @PostMapping("/{id}/test")
  TestEvents.Result test(@AuthenticationPrincipal Tenant tenant, @PathVariable String id) {
    return testEvents.send(tenant, register.find(tenant, id(id)).id());
  }

  /** The settings may have changed since those that stay were accepted. */
  private void checkIntervals(Subscription before, Terms terms) {
    if (!terms.retry().equals(before.terms().retry())) {
      checkIntervals(terms.retry());
    }
  }

  private void checkIntervals(Terms.Retry retry) {
    settings
        .contradiction(retry)
        .ifPresent(
            wrong -> {
              throw Problem.invalid("retry." + wrong.field(), wrong.detail());
            });
  }

  /** What may not be called any more may still be paused, for one. */
  private void checkDestination(Subscription before, Terms terms) {
    if (!terms.url().equals(before.terms().url())) {
      checkDestination(terms);
    }
  }

  /** Outside of any transaction, as a name has to be looked up. */
  private void checkDestination(Terms terms) {
    destinations
        .complaint(HttpUrl.get(terms.url()))
        .ifPresent(
            complaint -> {
              throw Problem.invalid("url", complaint);
            });
  }

  /** With which its receiver verifies; none where it needs the secret itself. */
  @GetMapping("/{id}/keys")
  Page<PublicKeyView> keys(@AuthenticationPrincipal Tenant tenant, @PathVariable String id) {
    return new Page<>(PublicKeyView.of(register.find(tenant, id(id)), clock.instant()), null);
  }

  /** Signs with another secret from now on, for a while also with those before. */
  @PostMapping(path = "/{id}/rotate", consumes = MediaType.APPLICATION_JSON_VALUE)
  SubscriptionView rotate(
      @AuthenticationPrincipal Tenant tenant,
      @PathVariable String id,
      @RequestBody(required = false) @Nullable ObjectNode body) {
    RotationRequest rotation = body == null ? RotationRequest.USUAL : reader.rotation(body);
    SigningSecret secret = rotation.scheme().signingSecret(random);
    return SubscriptionView.withSecret(
        register.rotate(tenant, id(id), secret, rotation.grace()), secret);
  }

  private static ResponseEntity<SubscriptionView> answer(
      Subscription subscription, SubscriptionView view) {
    return ResponseEntity.ok().eTag(IfMatch.tag(subscription.version())).body(view);
  }

  private static SubscriptionId id(String text) {
    return SubscriptionId.read(text).orElseThrow(() -> Problem.notFound("subscription", text));
  }
}
