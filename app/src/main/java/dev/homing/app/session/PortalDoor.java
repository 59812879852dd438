package dev.homing.app.session;

import static java.util.Objects.requireNonNull;

import dev.homing.app.access.Admission;
import dev.homing.app.access.Credentials;
import dev.homing.app.audit.Action;
import dev.homing.app.audit.AuditLog;
import dev.homing.app.page.Form;
import dev.homing.app.page.Templates;
import dev.homing.app.page.Visit;
import dev.homing.app.portal.PortalLink;
import dev.homing.app.portal.PortalLinks;
import dev.homing.app.portal.PortalSettings;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** Opens portal links: a customer's way to the pages. */
@RestController
class PortalDoor {
  static final String PATH = "/portal";

  private static final MediaType CSS = new MediaType("text", "css", StandardCharsets.UTF_8);

  private final PortalLinks links;
  private final PortalSettings settings;
  private final Sessions sessions;
  private final Credentials credentials;
  private final Admission admission;
  private final AuditLog auditLog;
  private final TransactionTemplate transaction;
  private final Templates templates;

  PortalDoor(
      PortalLinks links,
      PortalSettings settings,
      Sessions sessions,
      Credentials credentials,
      Admission admission,
      AuditLog auditLog,
      TransactionTemplate transaction,
      Templates templates) {
    this.links = links;
    this.settings = settings;
    this.sessions = sessions;
    this.credentials = credentials;
    this.admission = admission;
    this.auditLog = auditLog;
    this.transaction = transaction;
    this.templates = templates;
  }

  /**
   * What the template shows.
   *
   * @param refused whether a link was shown that opens nothing any more
   * @param back where the customer gets another link; empty: not known
   */
  record Model(Visit visit, boolean refused, String back) {}

  /** A script sends the fragment of the link from here; without one, the link has ended. */
  @GetMapping(PATH)
  ResponseEntity<byte[]> door(Visit visit) {
    return templates.page(
        HttpStatus.OK, "session/portal.jte", new Model(visit, false, settings.backUrl()));
  }

  @PostMapping(path = PATH, consumes = MediaType.APPLICATION_FORM_URLENCODED_VALUE)
  ResponseEntity<byte[]> open(
      Visit visit, HttpServletRequest request, HttpServletResponse response, Form form) {
    String token = form.text("link");
    Optional<PortalLink> opened =
        requireNonNull(transaction.execute(_ -> opened(token, request, response)));
    if (opened.isEmpty()) {
      return refused(visit, request, token);
    }
    Duration age = opened.get().session();
    String session = sessions.begin(opened.get().id().toString(), age);
    return ResponseEntity.status(HttpStatus.SEE_OTHER)
        .header(
            HttpHeaders.SET_COOKIE, SessionCookie.OF_LINK.set(session, age, settings.isFramed()))
        .header(HttpHeaders.LOCATION, opened.get().start())
        .build();
  }

  private Optional<PortalLink> opened(
      String token, HttpServletRequest request, HttpServletResponse response) {
    Optional<PortalLink> opened = links.open(token);
    opened.ifPresent(
        link -> {
          admission.admit(SessionFilter.inSession(link.caller()), request, response);
          auditLog.add(link.tenant(), Action.PORTAL_LINK_OPENED, link.id().toString());
        });
    return opened;
  }

  private ResponseEntity<byte[]> refused(Visit visit, HttpServletRequest request, String token) {
    Optional<String> back = links.returnUrl(token);
    if (back.isEmpty()) {
      credentials.refuse(request.getRemoteAddr());
    }
    return templates.page(
        HttpStatus.GONE,
        "session/portal.jte",
        new Model(visit, true, back.orElse(settings.backUrl())));
  }

  /** The accent, lighter in the dark; its contrast on white is checked at the start. */
  @GetMapping("/portal/theme.css")
  ResponseEntity<byte[]> theme() {
    String accent = settings.accent();
    String css =
        accent.isEmpty()
            ? ""
            : """
            :root {
              --accent: light-dark(%s, color-mix(in oklab, %s 45%%, white));
              --on-accent: light-dark(#ffffff, #11131c);
            }
            """
                .formatted(accent, accent);
    return ResponseEntity.ok()
        .contentType(CSS)
        .cacheControl(CacheControl.maxAge(Duration.ofMinutes(5)).cachePublic())
        .body(css.getBytes(StandardCharsets.UTF_8));
  }
}
