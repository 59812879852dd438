package dev.homing.app.portal;

import dev.homing.app.list.ListRequest;
import dev.homing.app.list.Page;
import dev.homing.app.problem.Problem;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Manages portal links: of the caller's tenant, or of all tenants for operators. */
@RestController
@RequestMapping("/portal-links")
class PortalLinkController {
  private final PortalLinkRegistry links;

  PortalLinkController(PortalLinkRegistry links) {
    this.links = links;
  }

  /**
   * Creates a link that a customer opens once. Create it when the customer asks for it: what opens
   * it first begins the session.
   *
   * @return 201: the link, whose URL is shown only once
   * @throws Problem 422: a field is not valid
   */
  @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
  ResponseEntity<PortalLinkView> create(
      Authentication caller, @RequestBody PortalLinkRegistry.LinkRequest asked) {
    PortalLinkView created = links.create(caller, asked);
    return ResponseEntity.created(URI.create("/portal-links/" + created.id())).body(created);
  }

  /**
   * Lists links, newest first, ended ones included until 30 days later.
   *
   * @param tenant only links of this tenant; operators only
   */
  @GetMapping
  Page<PortalLinkView> list(
      Authentication caller,
      @RequestParam(required = false) @Nullable String tenant,
      ListRequest request) {
    return links.list(caller, tenant, request);
  }

  /**
   * Shows a link, without its URL.
   *
   * @throws Problem 404: there is no such link
   */
  @GetMapping("/{id}")
  PortalLinkView get(Authentication caller, @PathVariable String id) {
    return links.find(caller, id);
  }

  /**
   * Ends a link and its session: on this node at once, on every other within half a minute.
   *
   * @throws Problem 404: there is no such link
   */
  @DeleteMapping("/{id}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  void revoke(Authentication caller, @PathVariable String id) {
    links.revoke(caller, id);
  }
}
