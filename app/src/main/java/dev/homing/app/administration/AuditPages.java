package dev.homing.app.administration;

import dev.homing.app.audit.Action;
import dev.homing.app.audit.AuditController;
import dev.homing.app.audit.AuditLog;
import dev.homing.app.list.ListRequest;
import dev.homing.app.list.Page;
import dev.homing.app.page.Templates;
import dev.homing.app.page.Text;
import dev.homing.app.page.Visit;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The page of the audit log: of the caller's tenant, or of all tenants to operators. */
@RestController
@RequestMapping("/ui/audit")
class AuditPages {
  private final AuditController api;
  private final Templates templates;

  AuditPages(AuditController api, Templates templates) {
    this.api = api;
    this.templates = templates;
  }

  /** A row; {@code fields} are the names of those that changed, with commas between. */
  record Row(
      Instant at,
      String tenant,
      String actor,
      String action,
      String target,
      String fields,
      String address,
      String requestId) {
    static Row of(AuditLog.Entry entry) {
      return new Row(
          entry.at(),
          entry.tenant().name(),
          entry.actor(),
          entry.action().word(),
          Text.visible(entry.target()),
          String.join(", ", entry.fields()),
          entry.address(),
          entry.requestId());
    }
  }

  /**
   * What the page shows; null filters match all.
   *
   * @param export a link to all that matches, as a file
   */
  record Model(
      Visit visit,
      List<Row> rows,
      @Nullable String next,
      @Nullable String action,
      @Nullable String target,
      @Nullable String actor,
      String since,
      String until,
      String export) {
    List<String> actions() {
      return Stream.of(Action.values()).map(Action::word).toList();
    }

    boolean isFiltered() {
      return action != null
          || target != null
          || actor != null
          || !since.isEmpty()
          || !until.isEmpty();
    }
  }

  @GetMapping
  ResponseEntity<byte[]> list(
      Visit visit,
      HttpServletRequest request,
      Authentication caller,
      @RequestParam(required = false) @Nullable String action,
      @RequestParam(required = false) @Nullable String target,
      @RequestParam(required = false) @Nullable String actor,
      ListRequest asked) {
    Page<Row> page = api.list(caller, query(visit, action, target, actor), asked).map(Row::of);
    return templates.page(
        request,
        "administration/audit.jte",
        new Model(
            visit,
            page.items(),
            page.nextCursor(),
            action,
            target,
            actor,
            Text.picked(request.getParameter("since")),
            Text.picked(request.getParameter("until")),
            visit.at("/ui/audit/export", "limit", null)));
  }

  /** All that matches as a file, in the form of the API's export. */
  @GetMapping("/export")
  void export(
      Visit visit,
      HttpServletResponse response,
      Authentication caller,
      @RequestParam(required = false) @Nullable String action,
      @RequestParam(required = false) @Nullable String target,
      @RequestParam(required = false) @Nullable String actor,
      ListRequest asked)
      throws IOException {
    response.setHeader(
        HttpHeaders.CONTENT_DISPOSITION,
        ContentDisposition.attachment().filename("audit.ndjson").build().toString());
    api.export(caller, query(visit, action, target, actor), asked, response);
  }

  /** Operators see all tenants until they choose one. */
  private static AuditController.Query query(
      Visit visit, @Nullable String action, @Nullable String target, @Nullable String actor) {
    return new AuditController.Query(
        visit.chosen() ? visit.tenant().name() : null, action, target, actor);
  }
}
