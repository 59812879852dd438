package dev.homing.app.browser;

import static java.util.Map.entry;

import java.util.List;
import java.util.Map;

/** All pages: a new one is listed here, and every rule for pages holds for it. */
final class Pages {
  private Pages() {}

  /** Addresses of each page, by its route; the operator sees them. */
  static Map<String, List<String>> of(Acme acme) {
    String subscription = "/ui/subscriptions/" + acme.failing();
    return Map.ofEntries(
        entry("GET /ui/sign-in", List.of("/ui/sign-in")),
        entry("GET /ui", List.of("/ui?tenant=acme", "/ui")),
        entry(
            "GET /docs/outcomes/{word}",
            List.of(
                "/docs/outcomes/refused?tenant=acme",
                "/docs/outcomes/timed_out",
                "/docs/outcomes/blocked_destination")),
        entry(
            "GET /docs/problems/{word}",
            List.of("/docs/problems/stale-version?tenant=acme", "/docs/problems/quota-exceeded")),
        entry("GET /ui/first-steps", List.of("/ui/first-steps?tenant=acme")),
        entry(
            "GET /ui/audit",
            List.of("/ui/audit", "/ui/audit?tenant=acme", "/ui/audit?action=key.revoked")),
        entry("GET /ui/tenants", List.of("/ui/tenants")),
        entry("GET /ui/tenants/new", List.of("/ui/tenants/new")),
        entry("GET /ui/tenants/{name}", List.of("/ui/tenants/acme")),
        entry("GET /ui/keys", List.of("/ui/keys")),
        entry("GET /ui/keys/new", List.of("/ui/keys/new")),
        entry(
            "GET /ui/keys/{id}/revoke", List.of("/ui/keys/" + acme.account().keyId() + "/revoke")),
        entry("GET /portal", List.of("/portal")),
        entry("GET /ui/portal-links", List.of("/ui/portal-links")),
        entry("GET /ui/portal-links/new", List.of("/ui/portal-links/new?tenant=acme")),
        entry(
            "GET /ui/portal-links/{id}/revoke",
            List.of("/ui/portal-links/" + acme.portalLink() + "/revoke")),
        entry("GET /ui/system", List.of("/ui/system")),
        entry(
            "GET /ui/subscriptions",
            List.of(
                "/ui/subscriptions?tenant=acme",
                "/ui/subscriptions?tenant=acme&state=paused",
                "/ui/subscriptions?tenant=acme&text=nothing-like-this")),
        entry("GET /ui/subscriptions/new", List.of("/ui/subscriptions/new?tenant=acme")),
        entry(
            "GET /ui/subscriptions/{id}",
            List.of(
                subscription + "?tenant=acme",
                "/ui/subscriptions/" + acme.healthy() + "?tenant=acme")),
        entry("GET /ui/subscriptions/{id}/edit", List.of(subscription + "/edit?tenant=acme")),
        entry("GET /ui/subscriptions/{id}/rotate", List.of(subscription + "/rotate?tenant=acme")),
        entry("GET /ui/subscriptions/{id}/delete", List.of(subscription + "/delete?tenant=acme")),
        entry(
            "GET /ui/deliveries",
            List.of(
                "/ui/deliveries?tenant=acme",
                "/ui/deliveries?tenant=acme&state=failed",
                "/ui/deliveries?tenant=acme&state=pending",
                "/ui/deliveries?tenant=acme&limit=1")),
        entry(
            "GET /ui/deliveries/bulk",
            List.of(
                "/ui/deliveries/bulk?tenant=acme&action=retry&state=failed",
                "/ui/deliveries/bulk?tenant=acme&action=cancel&state=pending")),
        entry(
            "GET /ui/deliveries/{id}",
            List.of(
                "/ui/deliveries/" + acme.retrying() + "?tenant=acme",
                "/ui/deliveries/" + acme.failed() + "?tenant=acme",
                "/ui/deliveries/" + acme.delivered() + "?tenant=acme")),
        entry("GET /ui/events", List.of("/ui/events?tenant=acme")),
        entry("GET /ui/events/new", List.of("/ui/events/new?tenant=acme")),
        entry(
            "GET /ui/events/{id}",
            List.of(
                "/ui/events/" + acme.order() + "?tenant=acme",
                "/ui/events/" + acme.unmatched() + "?tenant=acme")));
  }
}
