package dev.homing.app.administration;

import dev.homing.app.access.KeyRegistry;
import dev.homing.app.access.Scope;
import dev.homing.app.list.ListRequest;
import dev.homing.app.list.Page;
import dev.homing.app.page.Form;
import dev.homing.app.page.Templates;
import dev.homing.app.page.Text;
import dev.homing.app.page.Visit;
import dev.homing.app.problem.Problem;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The pages that list, make and revoke API keys. */
@RestController
@RequestMapping("/ui/keys")
class KeyPages {
  private final KeyRegistry keys;
  private final Templates templates;
  private final Clock clock;

  KeyPages(KeyRegistry keys, Templates templates, Clock clock) {
    this.keys = keys;
    this.templates = templates;
    this.clock = clock;
  }

  /**
   * A key.
   *
   * @param state {@code active}, {@code expired} or {@code revoked}
   * @param usedAt to the minute; null: never
   */
  record Row(
      String id,
      String tenant,
      String description,
      String scopes,
      String state,
      Instant createdAt,
      @Nullable Instant expiresAt,
      @Nullable Instant usedAt) {
    static Row of(KeyRegistry.KeyView key, Instant now) {
      return new Row(
          key.id().toString(),
          key.tenant().name(),
          Text.visible(key.description()),
          words(key.scopes()),
          key.revokedAt() != null
              ? "revoked"
              : key.expiresAt() != null && !now.isBefore(key.expiresAt()) ? "expired" : "active",
          key.createdAt(),
          key.expiresAt(),
          key.lastUsedAt());
    }

    boolean isActive() {
      return state.equals("active");
    }
  }

  private static String words(Set<Scope> scopes) {
    return scopes.stream().map(Scope::word).collect(Collectors.joining(", "));
  }

  /** What the list shows; {@code id}: only that one, null all. */
  record ListModel(Visit visit, List<Row> rows, @Nullable String next, @Nullable String id) {}

  /** Of all tenants, until one is chosen; with an id, that one. */
  @GetMapping
  ResponseEntity<byte[]> list(
      Visit visit,
      HttpServletRequest request,
      @RequestParam(required = false) @Nullable String id,
      ListRequest asked) {
    Instant now = clock.instant();
    Page<KeyRegistry.KeyView> found =
        id == null
            ? keys.list(visit.chosen() ? visit.tenant().name() : null, asked)
            : new Page<>(List.of(keys.find(id)), null);
    Page<Row> page = found.map(key -> Row.of(key, now));
    return templates.page(
        request,
        "administration/keys.jte",
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
      String description,
      List<String> scopes,
      String expiresAt,
      Map<String, String> faults) {
    FormModel with(Map<String, String> found) {
      return new FormModel(visit, tenant, description, scopes, expiresAt, found);
    }

    /** What each scope opens. */
    Map<String, String> allScopes() {
      Map<String, String> all = new TreeMap<>();
      Stream.of(Scope.values()).forEach(scope -> all.put(scope.word(), opens(scope)));
      return all;
    }

    private static String opens(Scope scope) {
      return switch (scope) {
        case PUBLISH -> "publishes events";
        case READ -> "sees subscriptions, events and deliveries; signs in here";
        case MANAGE -> "changes subscriptions, retries and cancels deliveries, sees the audit log";
        case SECRETS -> "sees signing secrets";
        case ADMIN -> "everything, of all tenants";
      };
    }
  }

  @GetMapping("/new")
  ResponseEntity<byte[]> form(Visit visit) {
    return form(
        HttpStatus.OK, new FormModel(visit, visit.tenant().name(), "", List.of(), "", Map.of()));
  }

  private ResponseEntity<byte[]> form(HttpStatus status, FormModel model) {
    return templates.page(status, "administration/key.jte", model);
  }

  /** A new key, which is shown this once. */
  record MadeModel(Visit visit, String id, String tenant, String scopes, String key) {
    /** Omits the key. */
    @Override
    public String toString() {
      return "MadeModel[%s]".formatted(id);
    }
  }

  @PostMapping(path = "/new", consumes = MediaType.APPLICATION_FORM_URLENCODED_VALUE)
  ResponseEntity<byte[]> make(Visit visit, Form sent) {
    FormModel model =
        new FormModel(
            visit,
            sent.text("tenant").strip(),
            sent.text("description"),
            sent.all("scope"),
            sent.text("expires_at").strip(),
            Map.of());
    try {
      KeyRegistry.KeyView made =
          keys.create(
              new KeyRegistry.KeyRequest(
                  model.tenant(), model.description(), model.scopes(), time(model.expiresAt())));
      return templates.page(
          HttpStatus.OK,
          "administration/made.jte",
          new MadeModel(
              visit,
              made.id().toString(),
              made.tenant().name(),
              words(made.scopes()),
              String.valueOf(made.key())));
    } catch (Problem refused) {
      if (refused.errors().isEmpty()) {
        throw refused;
      }
      return form(HttpStatus.UNPROCESSABLE_CONTENT, model.with(refused.faults()));
    }
  }

  /** A time as date pickers send it, which is UTC here; null: none. */
  private static @Nullable Instant time(String picked) {
    try {
      return picked.isEmpty() ? null : LocalDateTime.parse(picked).toInstant(ZoneOffset.UTC);
    } catch (DateTimeException malformed) {
      throw Problem.invalid("expires_at", "must be a time like 2026-11-24T08:00, in UTC");
    }
  }

  /** What the question before revoking shows. */
  record AskModel(Visit visit, Row key) {}

  @GetMapping("/{id}/revoke")
  ResponseEntity<byte[]> askToRevoke(Visit visit, @PathVariable String id) {
    return templates.page(
        HttpStatus.OK,
        "administration/revoke.jte",
        new AskModel(visit, Row.of(keys.find(id), clock.instant())));
  }

  @PostMapping("/{id}/revoke")
  ResponseEntity<byte[]> revoke(Visit visit, @PathVariable String id) {
    keys.revoke(id);
    return Templates.see(visit.after("/ui/keys", "revoked"));
  }
}
