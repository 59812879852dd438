package dev.homing.app.subscription.page;

import dev.homing.activities.subscription.Subscription;
import dev.homing.app.page.Form;
import dev.homing.app.page.Templates;
import dev.homing.app.page.Visit;
import dev.homing.app.subscription.SubscriptionChanges;
import dev.homing.app.subscription.SubscriptionRegistry;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The pages that rotate and show the signing secrets of subscriptions. */
@RestController
@RequestMapping("/ui/subscriptions/{id}")
class SecretPages {
  static final String TEMPLATE = "subscription/page/secret.jte";

  private final SubscriptionChanges changes;
  private final SubscriptionRegistry registry;
  private final Templates templates;

  SecretPages(SubscriptionChanges changes, SubscriptionRegistry registry, Templates templates) {
    this.changes = changes;
    this.registry = registry;
    this.templates = templates;
  }

  /**
   * A secret as a page shows it.
   *
   * @param title what was done
   * @param isNew whether it is shown this once
   * @param secret null if the receiver needs only the public key
   */
  record Shown(
      Visit visit,
      String id,
      String place,
      String title,
      boolean isNew,
      @Nullable String secret,
      @Nullable String publicKey) {
    static Shown of(Visit visit, String title, SubscriptionChanges.WithSecret made) {
      Subscription subscription = made.subscription();
      return new Shown(
          visit,
          subscription.id().toString(),
          ChangePages.place(subscription),
          title,
          true,
          made.shown(),
          subscription.publicKey());
    }

    List<VerifyingCode> verifying() {
      return VerifyingCode.ALL;
    }

    /** Omits the secret. */
    @Override
    public String toString() {
      return "Shown[%s]".formatted(id);
    }
  }

  /** What the question before rotating shows. */
  record AskModel(Visit visit, String id, String place, boolean isPublic) {}

  @GetMapping("/rotate")
  ResponseEntity<byte[]> askToRotate(Visit visit, @PathVariable String id) {
    Subscription found = registry.find(visit.tenant(), SubscriptionPage.read(id));
    return templates.page(
        HttpStatus.OK,
        "subscription/page/rotate.jte",
        new AskModel(visit, id, ChangePages.place(found), found.publicKey() != null));
  }

  @PostMapping(path = "/rotate", consumes = MediaType.APPLICATION_FORM_URLENCODED_VALUE)
  ResponseEntity<byte[]> rotate(Visit visit, @PathVariable String id, Form sent) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    sent.filled("grace_period").ifPresent(grace -> body.put("grace_period", grace));
    sent.filled("signature_scheme").ifPresent(scheme -> body.put("signature_scheme", scheme));
    return templates.page(
        HttpStatus.OK,
        TEMPLATE,
        Shown.of(
            visit, "Rotated", changes.rotate(visit.tenant(), SubscriptionPage.read(id), body)));
  }

  /** Shows the secret that signs now to a caller with the scope for that. */
  @PostMapping("/reveal")
  ResponseEntity<byte[]> reveal(Visit visit, @PathVariable String id) {
    Subscription found = registry.find(visit.tenant(), SubscriptionPage.read(id));
    String secret = registry.reveal(visit.tenant(), found.id());
    return templates.page(
        HttpStatus.OK,
        TEMPLATE,
        new Shown(visit, id, ChangePages.place(found), "Signing secret", false, secret, null));
  }
}
