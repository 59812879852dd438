package dev.homing.app.access;

import static java.util.Objects.requireNonNull;

import dev.homing.app.audit.Action;
import dev.homing.app.audit.AuditLog;
import dev.homing.app.list.Cursors;
import dev.homing.app.list.Page;
import dev.homing.app.problem.Problem;
import dev.homing.workflows.Tenant;
import java.net.URI;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Lets operators manage tenants. */
@RestController
@RequestMapping("/tenants")
class TenantController {
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");
  private static final int PAGE_SIZE = 250;

  private static final String LIST = "tenants";

  private final Tenants tenants;
  private final Cursors cursors;
  private final AuditLog auditLog;
  private final TransactionTemplate transaction;

  TenantController(
      Tenants tenants, Cursors cursors, AuditLog auditLog, TransactionTemplate transaction) {
    this.tenants = tenants;
    this.cursors = cursors;
    this.auditLog = auditLog;
    this.transaction = transaction;
  }

  record TenantRequest(@Nullable String name) {
    Tenant tenant() {
      if (name == null || !NAME.matcher(name).matches()) {
        throw Problem.invalid(
            "name",
            "must be 1 to 63 lower-case letters, digits and hyphens, not starting with a hyphen");
      }
      return new Tenant(name);
    }
  }

  @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
  ResponseEntity<Tenants.Registered> create(@RequestBody TenantRequest request) {
    Tenant tenant = request.tenant();
    Tenants.Registered registered = requireNonNull(transaction.execute(_ -> add(tenant)));
    return ResponseEntity.created(URI.create("/tenants/" + tenant)).body(registered);
  }

  private Tenants.Registered add(Tenant tenant) {
    Tenants.Registered registered =
        tenants
            .add(tenant)
            .orElseThrow(() -> Problem.conflict("Tenant %s already exists.".formatted(tenant)));
    auditLog.add(tenant, Action.TENANT_CREATED, tenant.name());
    return registered;
  }

  @GetMapping
  Page<Tenants.Registered> list(@RequestParam(required = false) @Nullable String cursor) {
    String after = cursor == null ? "" : cursors.open(LIST, cursor);
    List<Tenants.Registered> fetched = tenants.list(after, PAGE_SIZE + 1);
    if (fetched.size() <= PAGE_SIZE) {
      return new Page<>(fetched, null);
    }
    List<Tenants.Registered> shown = fetched.subList(0, PAGE_SIZE);
    return new Page<>(shown, cursors.seal(LIST, shown.getLast().name().name()));
  }

  @GetMapping("/{name}")
  Tenants.Registered get(@PathVariable String name) {
    return tenants.find(new Tenant(name)).orElseThrow(() -> Problem.notFound("tenant", name));
  }
}
