package dev.homing.app.administration;

import dev.homing.app.access.KeyRegistry;
import dev.homing.app.access.KeyRegistry.KeyView;
import dev.homing.app.list.ListRequest;
import dev.homing.app.list.Page;
import dev.homing.app.problem.Problem;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Lets operators manage API keys; each key is shown once. */
@RestController
@RequestMapping("/keys")
class KeyController {
  private final KeyRegistry keys;

  KeyController(KeyRegistry keys) {
    this.keys = keys;
  }

  /**
   * Creates a key.
   *
   * @return 201: the key, which is shown only once
   * @throws Problem 422: a field is not valid
   */
  @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
  ResponseEntity<KeyView> create(@RequestBody KeyRegistry.KeyRequest request) {
    KeyView created = keys.create(request);
    return ResponseEntity.created(URI.create("/keys/" + created.id())).body(created);
  }

  /**
   * Lists keys of all tenants, newest first, revoked and expired ones included.
   *
   * @param tenant only keys of this tenant
   */
  @GetMapping
  Page<KeyView> list(@RequestParam(required = false) @Nullable String tenant, ListRequest request) {
    return keys.list(tenant, request);
  }

  /**
   * Shows a key, without its secret.
   *
   * @throws Problem 404: there is no such key
   */
  @GetMapping("/{id}")
  KeyView get(@PathVariable String id) {
    return keys.find(id);
  }

  /**
   * Revokes a key: this node refuses it at once, every other within half a minute.
   *
   * @throws Problem 404: there is no such key
   */
  @DeleteMapping("/{id}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  void revoke(@PathVariable String id) {
    keys.revoke(id);
  }
}
