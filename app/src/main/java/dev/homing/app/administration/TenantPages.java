package dev.homing.app.administration;

import dev.homing.activities.backlog.BacklogCounts;
import dev.homing.activities.subscription.Pace;
import dev.homing.app.access.TenantRegistry;
import dev.homing.app.access.Tenants;
import dev.homing.app.http.PaceFields;
import dev.homing.app.list.Page;
import dev.homing.app.page.Form;
import dev.homing.app.page.Templates;
import dev.homing.app.page.Text;
import dev.homing.app.page.Visit;
import dev.homing.app.problem.Problem;
import dev.homing.workflows.Tenant;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.util.List;
import java.util.Map;
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
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The pages about tenants: what waits for each, and their pace. */
@RestController
@RequestMapping("/ui/tenants")
class TenantPages {
  private static final String FORM = MediaType.APPLICATION_FORM_URLENCODED_VALUE;

  private final TenantRegistry tenants;
  private final BacklogCounts counts;
  private final Templates templates;
  private final JsonMapper json;

  TenantPages(TenantRegistry tenants, BacklogCounts counts, Templates templates, JsonMapper json) {
    this.tenants = tenants;
    this.counts = counts;
    this.templates = templates;
    this.json = json;
  }

  /**
   * A tenant.
   *
   * @param pace in words; empty: no limit
   * @param waiting like {@code 1,000+}; empty: nothing waits
   */
  record Row(
      String name, String pace, String waiting, @Nullable Instant oldest, Instant createdAt) {}

  /** What the list shows; {@code next} is the cursor of the next page. */
  record ListModel(Visit visit, List<Row> rows, @Nullable String next) {}

  @GetMapping
  ResponseEntity<byte[]> list(
      Visit visit,
      HttpServletRequest request,
      @RequestParam(required = false) @Nullable String cursor) {
    Page<Tenants.Registered> page = tenants.list(cursor);
    Map<Tenant, BacklogCounts.Size> waiting =
        counts.ofTenants(page.items().stream().map(Tenants.Registered::name).toList());
    return templates.page(
        request,
        "administration/tenants.jte",
        new ListModel(
            visit,
            page.items().stream().map(tenant -> row(tenant, waiting.get(tenant.name()))).toList(),
            page.nextCursor()));
  }

  private static Row row(Tenants.Registered tenant, BacklogCounts.@Nullable Size waiting) {
    return new Row(
        tenant.name().name(),
        pace(tenant),
        waiting == null ? "" : Text.number(waiting.waiting(), BacklogCounts.COUNTED_OF_EACH),
        waiting == null ? null : waiting.oldest(),
        tenant.createdAt());
  }

  private static String pace(Tenants.Registered tenant) {
    PaceFields.Rate rate = tenant.rate();
    return Text.pace(
        Pace.of(
            rate == null ? null : rate.limit(),
            rate == null || rate.per() == null ? null : (int) rate.per().toSeconds(),
            tenant.maxInFlight()));
  }

  /**
   * What the form shows: the fields as they were sent, and their faults by name.
   *
   * @param isNew whether the name may be chosen
   * @param fault what is wrong as a whole; null: nothing
   */
  record FormModel(
      Visit visit,
      boolean isNew,
      String name,
      String limit,
      String per,
      String maxInFlight,
      @Nullable String fault,
      Map<String, String> faults) {
    String action() {
      return visit.link("/ui/tenants/" + (isNew ? "new" : name));
    }

    static FormModel sent(Visit visit, boolean isNew, String name, Form form) {
      return new FormModel(
          visit,
          isNew,
          name,
          form.text("rate.limit"),
          form.text("rate.per"),
          form.text("max_in_flight"),
          null,
          Map.of());
    }

    FormModel refused(Problem refused) {
      Map<String, String> all = refused.faults();
      String whole = all.isEmpty() ? refused.detail() : null;
      return new FormModel(visit, isNew, name, limit, per, maxInFlight, whole, all);
    }

    /** The pace as a request to the API has it. */
    ObjectNode pace() {
      ObjectNode body = JsonNodeFactory.instance.objectNode();
      if (limit.isBlank()) {
        body.putNull("rate");
      } else {
        body.putObject("rate").set("limit", Form.value(limit));
        body.withObject("/rate").set("per", Form.value(per));
      }
      body.set("max_in_flight", Form.value(maxInFlight));
      return body;
    }
  }

  @GetMapping("/new")
  ResponseEntity<byte[]> newForm(Visit visit) {
    return form(HttpStatus.OK, new FormModel(visit, true, "", "", "1", "", null, Map.of()));
  }

  private ResponseEntity<byte[]> form(HttpStatus status, FormModel model) {
    return templates.page(status, "administration/tenant.jte", model);
  }

  private ResponseEntity<byte[]> again(FormModel model, Problem refused) {
    return form(HttpStatus.valueOf(refused.getStatusCode().value()), model.refused(refused));
  }

  @PostMapping(path = "/new", consumes = FORM)
  ResponseEntity<byte[]> create(Visit visit, Form sent) {
    FormModel model = FormModel.sent(visit, true, sent.text("name").strip(), sent);
    try {
      tenants.create(request(model));
    } catch (Problem refused) {
      return again(model, refused);
    }
    return Templates.see(visit.after("/ui/tenants", "added"));
  }

  private TenantRegistry.TenantRequest request(FormModel model) {
    try {
      return json.treeToValue(
          model.pace().put("name", model.name()), TenantRegistry.TenantRequest.class);
    } catch (JacksonException wrong) {
      throw Problem.unreadable(wrong);
    }
  }

  @GetMapping("/{name}")
  ResponseEntity<byte[]> get(Visit visit, @PathVariable String name) {
    Tenants.Registered found = tenants.find(name);
    ObjectNode shown = json.valueToTree(found);
    return form(
        HttpStatus.OK,
        new FormModel(
            visit,
            false,
            found.name().name(),
            shown.path("rate").path("limit").asString(""),
            shown.path("rate").path("per").asString("1"),
            shown.path("max_in_flight").asString(""),
            null,
            Map.of()));
  }

  @PostMapping(path = "/{name}", consumes = FORM)
  ResponseEntity<byte[]> change(Visit visit, @PathVariable String name, Form sent) {
    Tenants.Registered found = tenants.find(name);
    FormModel model = FormModel.sent(visit, false, found.name().name(), sent);
    try {
      tenants.change(name, model.pace());
    } catch (Problem refused) {
      return again(model, refused);
    }
    return Templates.see(visit.after("/ui/tenants", "paced"));
  }
}
