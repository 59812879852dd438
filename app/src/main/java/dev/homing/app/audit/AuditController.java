package dev.homing.app.audit;

import dev.homing.app.http.ListRequest;
import dev.homing.app.http.OrderedBy;
import dev.homing.app.http.Page;
import dev.homing.app.http.Problem;
import dev.homing.app.http.TextRules;
import dev.homing.workflows.Tenant;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.WebDataBinder;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.InitBinder;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.json.JsonMapper;

/** Reading who changed what: of one's own tenant, and for operators of all. */
@RestController
@RequestMapping("/audit")
class AuditController {
  private static final int AT_A_TIME = 250;
  private static final int LONGEST = 100;

  private final AuditLog auditLog;
  private final JsonMapper json;

  AuditController(AuditLog auditLog, JsonMapper json) {
    this.auditLog = auditLog;
    this.json = json;
  }

  /** Which entries are asked for. */
  record Query(
      @Nullable String tenant,
      @Nullable String action,
      @Nullable String target,
      @Nullable String actor) {

    /** A caller that is no operator sees its own tenant's, whatever it asks for. */
    private AuditLog.Filter of(Authentication caller, ListRequest request) {
      for (String text : new String[] {tenant, target, actor}) {
        if (text != null && !TextRules.fits(text, LONGEST)) {
          throw Problem.malformed("tenant, target and actor must be names or ids");
        }
      }
      Tenant asked = tenant == null ? null : new Tenant(tenant);
      return new AuditLog.Filter(
          Actor.of(caller).operator() ? asked : (Tenant) caller.getPrincipal(),
          action == null ? null : parsed(action),
          target,
          actor,
          request.from(),
          request.isByChange() ? request.until() : request.before());
    }

    private static Action parsed(String word) {
      return Action.of(word)
          .orElseThrow(() -> Problem.malformed("action must be one like subscription.created"));
    }
  }

  /** Parameters with other names are none of ours. */
  @InitBinder
  void bindNoOthers(WebDataBinder binder) {
    binder.setDeclarativeBinding(true);
  }

  @GetMapping
  Page<AuditLog.Entry> list(
      Authentication caller, @ModelAttribute Query query, @OrderedBy("at") ListRequest request) {
    AuditLog.Filter filter = query.of(caller, request);
    return request.isByChange()
        ? request
            .changes(
                auditLog.appeared(filter, request.after(), request.fetch()),
                AuditLog.Appeared::change)
            .map(AuditLog.Appeared::entry)
        : request.page(auditLog.list(filter, request.fetch()), AuditLog.Entry::id);
  }

  /** All of them, newest first, as lines of JSON: a page at a time, however many there are. */
  @GetMapping("/export")
  void export(
      Authentication caller,
      @ModelAttribute Query query,
      ListRequest request,
      HttpServletResponse response)
      throws IOException {
    AuditLog.Filter filter = query.of(caller, request.unpaged());
    List<AuditLog.Entry> entries = auditLog.list(filter, AT_A_TIME);
    response.setContentType(MediaType.APPLICATION_NDJSON_VALUE);
    OutputStream out = response.getOutputStream();
    while (!entries.isEmpty()) {
      for (AuditLog.Entry entry : entries) {
        out.write(json.writeValueAsBytes(entry));
        out.write('\n');
      }
      entries = auditLog.list(filter.before(entries.getLast().id()), AT_A_TIME);
    }
  }
}
