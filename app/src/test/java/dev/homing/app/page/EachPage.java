package dev.homing.app.page;

import static java.util.Map.entry;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** All pages by their routes: a new one is listed here, and every rule for pages holds for it. */
public final class EachPage {
  /** Routes that have no page of their own: they lead to one, or to a file. */
  public static final Set<String> NONE =
      Set.of(
          "GET /assets/{name}",
          "GET /portal/theme.css",
          "GET /openapi.json",
          "GET /ui/search",
          "GET /ui/events/{id}/payload",
          "GET /ui/audit/export");

  private EachPage() {}

  /**
   * What the pages are of.
   *
   * @param waiting a delivery that is retried
   * @param other another delivery
   */
  public record Things(
      String tenant,
      String subscription,
      String event,
      String waiting,
      String other,
      String key,
      String portalLink) {}

  /** Addresses of each page, with and without filters. */
  public static Map<String, List<String>> of(Things things) {
    String subscription = "/ui/subscriptions/" + things.subscription();
    return Map.ofEntries(
        entry("GET /ui/sign-in", List.of("/ui/sign-in", "/ui/sign-in?to=%2Fui%2Fevents")),
        entry("GET /portal", List.of("/portal")),
        entry("GET /docs/outcomes/{word}", List.of("/docs/outcomes/refused")),
        entry("GET /docs/problems/{word}", List.of("/docs/problems/stale-version")),
        entry(
            "GET /ui",
            List.of("/ui", "/ui?numbers=24h", "/ui?numbers=30d", "/ui?tenant=" + things.tenant())),
        entry("GET /ui/first-steps", List.of("/ui/first-steps")),
        entry(
            "GET /ui/subscriptions",
            List.of(
                "/ui/subscriptions",
                "/ui/subscriptions?numbers=24h",
                "/ui/subscriptions?state=paused&event_type=&text=nothing-like-this")),
        entry("GET /ui/subscriptions/new", List.of("/ui/subscriptions/new")),
        entry("GET /ui/subscriptions/{id}", List.of(subscription, subscription + "?numbers=7d")),
        entry("GET /ui/subscriptions/{id}/edit", List.of(subscription + "/edit")),
        entry("GET /ui/subscriptions/{id}/rotate", List.of(subscription + "/rotate")),
        entry("GET /ui/subscriptions/{id}/delete", List.of(subscription + "/delete")),
        entry(
            "GET /ui/deliveries",
            List.of(
                "/ui/deliveries",
                "/ui/deliveries?state=retrying",
                "/ui/deliveries?state=failed&since=2026-01-01T00%3A00&until=&event_type=a.b",
                "/ui/deliveries?subscription_id=" + things.subscription())),
        entry(
            "GET /ui/deliveries/bulk",
            List.of(
                "/ui/deliveries/bulk?action=cancel&state=retrying",
                "/ui/deliveries/bulk?action=retry&state=failed&event_type=no.such")),
        entry(
            "GET /ui/deliveries/{id}",
            List.of("/ui/deliveries/" + things.waiting(), "/ui/deliveries/" + things.other())),
        entry("GET /ui/events", List.of("/ui/events", "/ui/events?event_type=no.such")),
        entry("GET /ui/events/new", List.of("/ui/events/new")),
        entry("GET /ui/events/{id}", List.of("/ui/events/" + things.event())),
        entry(
            "GET /ui/audit",
            List.of(
                "/ui/audit",
                "/ui/audit?action=delivery.retried&target=nothing&since=2026-01-01T00%3A00")),
        entry("GET /ui/portal-links", List.of("/ui/portal-links")),
        entry("GET /ui/portal-links/new", List.of("/ui/portal-links/new")),
        entry(
            "GET /ui/portal-links/{id}/revoke",
            List.of("/ui/portal-links/" + things.portalLink() + "/revoke")),
        entry("GET /ui/keys", List.of("/ui/keys")),
        entry("GET /ui/keys/new", List.of("/ui/keys/new")),
        entry("GET /ui/keys/{id}/revoke", List.of("/ui/keys/" + things.key() + "/revoke")),
        entry("GET /ui/tenants", List.of("/ui/tenants")),
        entry("GET /ui/tenants/new", List.of("/ui/tenants/new")),
        entry("GET /ui/tenants/{name}", List.of("/ui/tenants/" + things.tenant())),
        entry("GET /ui/system", List.of("/ui/system")));
  }
}
