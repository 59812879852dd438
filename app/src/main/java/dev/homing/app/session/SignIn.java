package dev.homing.app.session;

import dev.homing.app.access.AccessSettings;
import dev.homing.app.access.Caller;
import dev.homing.app.access.Credentials;
import dev.homing.app.page.Form;
import dev.homing.app.page.Templates;
import dev.homing.app.page.Visit;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Signs in with a key, and out. */
@RestController
class SignIn {
  static final String PATH = "/ui/sign-in";

  /** The parameter with the page to show afterwards. */
  static final String TO = "to";

  /** The first page. */
  static final String START = "/ui";

  /** A page of ours: nothing else, however it is written. */
  private static final Pattern PAGE = Pattern.compile("/ui(?:/[A-Za-z0-9._~/-]*)?(?:\\?[!-~]*)?");

  private final AccessSettings settings;
  private final Credentials credentials;
  private final Sessions sessions;
  private final Templates templates;

  SignIn(AccessSettings settings, Credentials credentials, Sessions sessions, Templates templates) {
    this.settings = settings;
    this.credentials = credentials;
    this.sessions = sessions;
    this.templates = templates;
  }

  /** What the template shows; {@code fault} is null at first. */
  record Model(Visit visit, String to, @Nullable String fault) {}

  @GetMapping(PATH)
  ResponseEntity<byte[]> form(Visit visit, @RequestParam(required = false) @Nullable String to) {
    return settings.isOpen()
        ? Templates.see(START)
        : templates.page(HttpStatus.OK, "session/signin.jte", new Model(visit, page(to), null));
  }

  @PostMapping(path = PATH, consumes = MediaType.APPLICATION_FORM_URLENCODED_VALUE)
  ResponseEntity<byte[]> signIn(Visit visit, HttpServletRequest request, Form form) {
    if (settings.isOpen()) {
      return Templates.see(START);
    }
    String to = page(form.text(TO));
    Optional<Caller> caller = credentials.caller(form.text("key").strip(), request.getRemoteAddr());
    if (caller.isEmpty()) {
      return again(HttpStatus.UNAUTHORIZED, visit, to, "This key is not valid.");
    }
    if (!caller.get().mayRead()) {
      return again(HttpStatus.FORBIDDEN, visit, to, "This key lacks the scope read.");
    }
    return ResponseEntity.status(HttpStatus.SEE_OTHER)
        .header(HttpHeaders.SET_COOKIE, SessionCookie.set(sessions.begin(caller.get().name())))
        .header(HttpHeaders.LOCATION, to)
        .build();
  }

  private ResponseEntity<byte[]> again(HttpStatus status, Visit visit, String to, String fault) {
    return templates.page(status, "session/signin.jte", new Model(visit, to, fault));
  }

  @PostMapping("/ui/sign-out")
  ResponseEntity<byte[]> signOut() {
    return ResponseEntity.status(HttpStatus.SEE_OTHER)
        .header(HttpHeaders.SET_COOKIE, SessionCookie.clear())
        .header(HttpHeaders.LOCATION, PATH)
        .build();
  }

  private static String page(@Nullable String to) {
    return to != null && PAGE.matcher(to).matches() ? to : START;
  }
}
