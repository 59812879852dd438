package dev.homing.app.audit;

import dev.homing.activities.list.Newest;
import dev.homing.app.http.TextRules;
import dev.homing.app.list.ListRequest;
import dev.homing.app.list.OrderedBy;
import dev.homing.app.list.Page;
import dev.homing.app.problem.Problem;
import dev.homing.workflows.Tenant;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.util.UUID;
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

/** Shows the audit log: of the caller's tenant, or of all tenants to operators. */
@RestController
@RequestMapping("/audit")
public class AuditController {
  private static final int EXPORT_PAGE_SIZE = 250;
  private static final int MAX_FILTER_LENGTH = 100;

  private final AuditLog auditLog;
  private final JsonMapper json;

  AuditController(AuditLog auditLog, JsonMapper json) {
    this.auditLog = auditLog;
    this.json = json;
  }

  /**
   * The filters of a request.
   *
   * @param tenant for operators: only changes in this tenant
   * @param action only changes of this kind, like {@code subscription.created}
   * @param target only changes of this id or tenant
   * @param actor only changes by this key, {@code admin_key} or {@code open_mode}
   */
  public record Query(
      @Nullable String tenant,
      @Nullable String action,
      @Nullable String target,
      @Nullable String actor) {

    /** Callers without operator rights see only their own tenant, whatever they ask for. */
    private AuditLog.Filter filter(Authentication caller, ListRequest request) {
      for (String text : new String[] {tenant, target, actor}) {
        if (text != null && !TextRules.fits(text, MAX_FILTER_LENGTH)) {
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
          .orElseThrow(
              () -> Problem.malformed("action must be an audit action like subscription.created"));
    }
  }

  /** Binds the declared parameters and no others. */
  @InitBinder
  void bindDeclaredOnly(WebDataBinder binder) {
    binder.setDeclarativeBinding(true);
  }

  /** Lists changes, newest first or in the order in which they appear. */
  @GetMapping
  public Page<AuditLog.Entry> list(
      Authentication caller, @ModelAttribute Query query, @OrderedBy("at") ListRequest request) {
    AuditLog.Filter filter = query.filter(caller, request);
    return request.isByChange()
        ? request.changes(auditLog.appeared(filter, request.after(), request.fetch()))
        : request.page(auditLog.newest(filter, request.fetch()), AuditLog.Entry::id);
  }

  /**
   * Streams all entries as lines of JSON, newest first, reading a page at a time.
   *
   * @throws IOException the caller is gone
   */
  @GetMapping("/export")
  public void export(
      Authentication caller,
      @ModelAttribute Query query,
      ListRequest request,
      HttpServletResponse response)
      throws IOException {
    AuditLog.Filter filter = query.filter(caller, request.unpaged());
    response.setContentType(MediaType.APPLICATION_NDJSON_VALUE);
    OutputStream out = response.getOutputStream();
    UUID next = filter.before();
    while (next != null) {
      Newest<AuditLog.Entry> page = auditLog.newest(filter.before(next), EXPORT_PAGE_SIZE);
      for (AuditLog.Entry entry : page.items()) {
        out.write(json.writeValueAsBytes(entry));
        out.write('\n');
      }
      next =
          page.items().size() == EXPORT_PAGE_SIZE
              ? page.items().getLast().id()
              : page.lookedDownTo();
    }
  }
}
