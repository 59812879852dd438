package dev.homing.app.administration;

import dev.homing.app.access.TenantRegistry;
import dev.homing.app.access.Tenants;
import dev.homing.app.http.FieldsOf;
import dev.homing.app.list.Page;
import dev.homing.app.problem.Problem;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.node.ObjectNode;

/** Lets operators manage tenants. */
@RestController
@RequestMapping("/tenants")
class TenantController {
  private final TenantRegistry tenants;

  TenantController(TenantRegistry tenants) {
    this.tenants = tenants;
  }

  /**
   * Creates a tenant.
   *
   * @return 201: the tenant
   * @throws Problem 409: the name is taken; 422: a field is not valid
   */
  @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
  ResponseEntity<Tenants.Registered> create(@RequestBody TenantRegistry.TenantRequest request) {
    Tenants.Registered created = tenants.create(request);
    return ResponseEntity.created(URI.create("/tenants/" + created.name())).body(created);
  }

  /**
   * Lists tenants by name, 250 in a page.
   *
   * @param cursor the {@code next_cursor} of the page before
   */
  @GetMapping
  Page<Tenants.Registered> list(@RequestParam(required = false) @Nullable String cursor) {
    return tenants.list(cursor);
  }

  /**
   * Shows a tenant.
   *
   * @throws Problem 404: there is no such tenant
   */
  @GetMapping("/{name}")
  Tenants.Registered get(@PathVariable String name) {
    return tenants.find(name);
  }

  /**
   * Changes the fields in the patch (RFC 7396); null removes one.
   *
   * @throws Problem 404: there is no such tenant; 422: a field is not valid
   */
  @PatchMapping(
      path = "/{name}",
      consumes = {MediaType.APPLICATION_JSON_VALUE, "application/merge-patch+json"})
  Tenants.Registered change(
      @PathVariable String name,
      @FieldsOf(value = TenantRegistry.TenantTerms.class, patch = true) @RequestBody
          ObjectNode patch) {
    return tenants.change(name, patch);
  }
}
