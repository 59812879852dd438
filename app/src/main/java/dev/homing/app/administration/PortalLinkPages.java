package dev.homing.app.administration;

import dev.homing.app.access.Scope;
import dev.homing.app.list.ListRequest;
import dev.homing.app.list.Page;
import dev.homing.app.page.Form;
import dev.homing.app.page.Templates;
import dev.homing.app.page.Text;
import dev.homing.app.page.Visit;
import dev.homing.app.portal.PortalLinkRegistry;
import dev.homing.app.portal.PortalLinkView;
import dev.homing.app.problem.Problem;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The pages that list, make and revoke portal links. */
@RestController
@RequestMapping("/ui/portal-links")
class PortalLinkPages {
  private final PortalLinkRegistry links;
  private final Templates templates;
  private final Clock clock;

  PortalLinkPages(PortalLinkRegistry links, Templates templates, Clock clock) {
    this.links = links;
    this.templates = templates;
    this.clock = clock;
  }

  /**
   * A link.
   *
   * @param subscription the one that it opens; null: all of the tenant's
   * @param state {@code open}: it can be opened; {@code opened}: its session goes on; {@code
   *     expired}: it was not opened in time, or its session is over; {@code revoked}
   * @param until when it can be opened no more or, once it was opened, when its session is over
   */
  record Row(
      String id,
      String tenant,
      String scopes,
      @Nullable String subscription,
      String createdBy,
      String state,
      Instant createdAt,
      @Nullable Instant openedAt,
      Instant until) {
    static Row of(PortalLinkView link, Instant now) {
      Instant opened = link.openedAt();
      Instant until = opened == null ? link.expiresAt() : opened.plusSeconds(link.session());
      return new Row(
          link.id().toString(),
          link.tenant().name(),
          words(link.scopes()),
          link.subscriptionId() == null ? null : link.subscriptionId().toString(),
          link.createdBy(),
          link.revokedAt() != null
              ? "revoked"
              : !now.isBefore(until) ? "expired" : opened == null ? "open" : "opened",
          link.createdAt(),
          opened,
          until);
    }

    /** Whether there is something to revoke. */
    boolean isActive() {
      return state.equals("open") || state.equals("opened");
    }

    String tone() {
      return state.equals("open") ? "busy" : state.equals("opened") ? "good" : "idle";
    }
  }

  private static String words(Set<Scope> scopes) {
    return scopes.stream().map(Scope::word).collect(Collectors.joining(", "));
  }

  /** What the list shows; {@code id}: only that one, null all. */
  record ListModel(Visit visit, List<Row> rows, @Nullable String next, @Nullable String id) {}

  /** Of all tenants that the caller sees, until one is chosen; with an id, that one. */
  @GetMapping
  ResponseEntity<byte[]> list(
      Visit visit,
      Authentication caller,
      HttpServletRequest request,
      @RequestParam(required = false) @Nullable String id,
      ListRequest asked) {
    Instant now = clock.instant();
    Page<PortalLinkView> found =
        id == null
            ? links.list(caller, visit.chosen() ? visit.tenant().name() : null, asked)
            : new Page<>(List.of(links.find(caller, id)), null);
    Page<Row> page = found.map(link -> Row.of(link, now));
    return templates.page(
        request,
        "administration/links.jte",
        new ListModel(visit, page.items(), page.nextCursor(), id));
  }

  /**
   * What the form shows: the fields as they were sent, and their faults by name.
   *
   * @param scopes the ticked ones
   */
  record FormModel(
      Visit visit,
      String tenant,
      List<String> scopes,
      String subscription,
      String expiresIn,
      String session,
      String returnUrl,
      Map<String, String> faults) {
    FormModel with(Map<String, String> found) {
      return new FormModel(
          visit, tenant, scopes, subscription, expiresIn, session, returnUrl, found);
    }

    /** What each scope that the caller may give lets the customer do. */
    Map<String, String> givenScopes() {
      Map<String, String> given = new LinkedHashMap<>();
      given.put("manage", "changes and tests subscriptions, retries and cancels deliveries");
      given.put("secrets", "sees signing secrets");
      given.keySet().removeIf(scope -> !visit.isOperator() && !visit.scopes().contains(scope));
      return given;
    }

    Map<String, String> expiries() {
      return lengths("15m", "1h", "1d", "7d");
    }

    Map<String, String> sessions() {
      return lengths("1h", "8h", "1d", "7d");
    }

    private static Map<String, String> lengths(String... choices) {
      Map<String, String> lengths = new LinkedHashMap<>();
      for (String choice : choices) {
        lengths.put(choice, Text.duration(DurationStyle.SIMPLE.parse(choice)));
      }
      return lengths;
    }
  }

  @GetMapping("/new")
  ResponseEntity<byte[]> form(Visit visit) {
    return form(
        HttpStatus.OK,
        new FormModel(visit, visit.tenant().name(), List.of(), "", "15m", "8h", "", Map.of()));
  }

  private ResponseEntity<byte[]> form(HttpStatus status, FormModel model) {
    return templates.page(status, "administration/link.jte", model);
  }

  /** A new link, which is shown this once. */
  record MadeModel(Visit visit, Row link, String url) {
    /** Omits what opens the link. */
    @Override
    public String toString() {
      return "MadeModel[%s]".formatted(link.id());
    }
  }

  @PostMapping(path = "/new", consumes = MediaType.APPLICATION_FORM_URLENCODED_VALUE)
  ResponseEntity<byte[]> make(Visit visit, Authentication caller, Form sent) {
    FormModel model =
        new FormModel(
            visit,
            sent.filled("tenant").orElse(visit.tenant().name()),
            sent.all("scope"),
            sent.text("subscription_id").strip(),
            sent.text("expires_in"),
            sent.text("session"),
            sent.text("return_url").strip(),
            Map.of());
    try {
      PortalLinkView made =
          links.create(
              caller,
              new PortalLinkRegistry.LinkRequest(
                  model.tenant(),
                  model.scopes(),
                  model.subscription().isEmpty() ? null : model.subscription(),
                  length("expires_in", model.expiresIn()),
                  length("session", model.session()),
                  model.returnUrl().isEmpty() ? null : model.returnUrl()));
      return templates.page(
          HttpStatus.OK,
          "administration/linked.jte",
          new MadeModel(visit, Row.of(made, clock.instant()), String.valueOf(made.url())));
    } catch (Problem refused) {
      if (refused.errors().isEmpty()) {
        throw refused;
      }
      return form(HttpStatus.UNPROCESSABLE_CONTENT, model.with(refused.faults()));
    }
  }

  private static Duration length(String field, String chosen) {
    try {
      return DurationStyle.SIMPLE.parse(chosen);
    } catch (IllegalArgumentException malformed) {
      throw Problem.invalid(field, "must be a duration like 15m, 8h");
    }
  }

  /** What the question before revoking shows. */
  record AskModel(Visit visit, Row link) {}

  @GetMapping("/{id}/revoke")
  ResponseEntity<byte[]> askToRevoke(Visit visit, Authentication caller, @PathVariable String id) {
    return templates.page(
        HttpStatus.OK,
        "administration/unlink.jte",
        new AskModel(visit, Row.of(links.find(caller, id), clock.instant())));
  }

  @PostMapping("/{id}/revoke")
  ResponseEntity<byte[]> revoke(Visit visit, Authentication caller, @PathVariable String id) {
    links.revoke(caller, id);
    return Templates.see(visit.after("/ui/portal-links", "ended"));
  }
}
