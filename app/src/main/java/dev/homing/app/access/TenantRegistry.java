package dev.homing.app.access;

import static java.util.Objects.requireNonNull;

import dev.homing.activities.standing.Standings;
import dev.homing.activities.subscription.Pace;
import dev.homing.app.audit.Action;
import dev.homing.app.audit.AuditLog;
import dev.homing.app.http.JsonMerge;
import dev.homing.app.http.PaceFields;
import dev.homing.app.list.Cursors;
import dev.homing.app.list.Page;
import dev.homing.app.problem.Problem;
import dev.homing.workflows.Tenant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Adds tenants and changes their pace; the audit log has an entry of each change. */
@Component
public class TenantRegistry {
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");
  private static final int PAGE_SIZE = 250;

  private static final String LIST = "tenants";

  private final Tenants tenants;
  private final Cursors cursors;
  private final Standings standings;
  private final AuditLog auditLog;
  private final TransactionTemplate transaction;
  private final JsonMapper json;

  TenantRegistry(
      Tenants tenants,
      Cursors cursors,
      Standings standings,
      AuditLog auditLog,
      TransactionTemplate transaction,
      JsonMapper json) {
    this.tenants = tenants;
    this.cursors = cursors;
    this.standings = standings;
    this.auditLog = auditLog;
    this.transaction = transaction;
    this.json = json;
  }

  /**
   * The part of a tenant that may be changed.
   *
   * @param rate of requests to all its receivers together; null: as many as there are
   * @param maxInFlight the same; null: as many as there are
   */
  public record TenantTerms(PaceFields.@Nullable Rate rate, @Nullable Integer maxInFlight) {
    private Pace pace() {
      List<Problem.FieldError> errors = new ArrayList<>();
      Pace pace = PaceFields.pace(rate, maxInFlight, errors);
      if (!errors.isEmpty()) {
        throw Problem.invalid(errors);
      }
      return pace;
    }
  }

  /**
   * A request for a new tenant.
   *
   * @param name required: 1 to 63 lower-case letters, digits and hyphens
   * @param rate of requests to all its receivers together; null: as many as there are
   * @param maxInFlight the same; null: as many as there are
   */
  public record TenantRequest(
      @Nullable String name, PaceFields.@Nullable Rate rate, @Nullable Integer maxInFlight) {
    private Tenant tenant() {
      if (name == null || !isName(name)) {
        throw Problem.invalid(
            "name",
            "must be 1 to 63 lower-case letters, digits and hyphens, not starting with a hyphen");
      }
      return new Tenant(name);
    }
  }

  /** Whether a tenant can have this name. */
  public static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  /** Adds a tenant; a problem says if its name is taken, or what is not valid. */
  public Tenants.Registered create(TenantRequest request) {
    Tenant tenant = request.tenant();
    Pace pace = new TenantTerms(request.rate(), request.maxInFlight()).pace();
    return requireNonNull(transaction.execute(_ -> add(tenant, pace)));
  }

  private Tenants.Registered add(Tenant tenant, Pace pace) {
    Tenants.Registered registered =
        tenants
            .add(tenant, pace)
            .orElseThrow(() -> Problem.conflict("Tenant %s already exists.".formatted(tenant)));
    auditLog.add(tenant, Action.TENANT_CREATED, tenant.name());
    return registered;
  }

  /**
   * Lists tenants by name.
   *
   * @param cursor of the page before; null: the first page
   */
  public Page<Tenants.Registered> list(@Nullable String cursor) {
    String after = cursor == null ? "" : cursors.open(LIST, cursor);
    List<Tenants.Registered> fetched = tenants.list(after, PAGE_SIZE + 1);
    if (fetched.size() <= PAGE_SIZE) {
      return new Page<>(fetched, null);
    }
    List<Tenants.Registered> shown = fetched.subList(0, PAGE_SIZE);
    return new Page<>(shown, cursors.seal(LIST, shown.getLast().name().name()));
  }

  /** Finds a tenant; a problem if there is none. */
  public Tenants.Registered find(String name) {
    return tenants.find(new Tenant(name)).orElseThrow(() -> notFound(name));
  }

  /** Changes the fields in the patch (RFC 7396); null removes one. */
  public Tenants.Registered change(String name, ObjectNode patch) {
    return requireNonNull(transaction.execute(_ -> change(new Tenant(name), patch)));
  }

  private Tenants.Registered change(Tenant tenant, ObjectNode patch) {
    Tenants.Registered before =
        tenants.findToChange(tenant).orElseThrow(() -> notFound(tenant.name()));
    TenantTerms terms = new TenantTerms(before.rate(), before.maxInFlight());
    TenantTerms changed = merged(terms, patch);
    Pace pace = changed.pace();
    List<String> fields = new ArrayList<>();
    if (!Objects.equals(terms.rate(), changed.rate())) {
      fields.add("rate");
    }
    if (!Objects.equals(terms.maxInFlight(), changed.maxInFlight())) {
      fields.add("max_in_flight");
    }
    if (fields.isEmpty()) {
      return before;
    }
    auditLog.add(tenant, Action.TENANT_CHANGED, tenant.name(), fields);
    standings.paceChanged(tenant, null);
    return tenants.change(tenant, pace).orElseThrow();
  }

  private TenantTerms merged(TenantTerms terms, ObjectNode patch) {
    ObjectNode whole = json.valueToTree(terms);
    JsonMerge.merge(whole, patch);
    try {
      return json.treeToValue(whole, TenantTerms.class);
    } catch (JacksonException wrong) {
      throw Problem.unreadable(wrong);
    }
  }

  private static Problem notFound(String name) {
    return Problem.notFound("tenant", name);
  }
}
