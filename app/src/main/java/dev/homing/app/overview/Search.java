package dev.homing.app.overview;

import dev.homing.activities.event.Events;
import dev.homing.app.access.KeyId;
import dev.homing.app.access.Tenants;
import dev.homing.app.page.Templates;
import dev.homing.app.page.Visit;
import dev.homing.app.portal.PortalLinkId;
import dev.homing.workflows.DeliveryId;
import dev.homing.workflows.EventId;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.util.Optional;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Opens what an id or a name stands for; any other text searches the subscriptions. */
@RestController
class Search {
  private final Events events;
  private final Tenants tenants;

  Search(Events events, Tenants tenants) {
    this.events = events;
    this.tenants = tenants;
  }

  @GetMapping("/ui/search")
  ResponseEntity<byte[]> search(Visit visit, @RequestParam(defaultValue = "") String q) {
    return Templates.see(page(visit, q.strip()));
  }

  private String page(Visit visit, String text) {
    if (DeliveryId.read(text).isPresent()) {
      return visit.link("/ui/deliveries/" + text);
    }
    if (EventId.read(text).isPresent()) {
      return visit.link("/ui/events/" + text);
    }
    if (SubscriptionId.read(text).isPresent()) {
      return visit.link("/ui/subscriptions/" + text);
    }
    if (visit.isOperator() && KeyId.read(text).isPresent()) {
      return visit.link("/ui/keys", "id", text);
    }
    if (visit.mayManage() && visit.customer() == null && PortalLinkId.read(text).isPresent()) {
      return visit.link("/ui/portal-links", "id", text);
    }
    if (text.isEmpty()) {
      return visit.link("/ui/subscriptions");
    }
    return events
        .named(visit.tenant(), text)
        .map(event -> visit.link("/ui/events/" + event))
        .or(() -> tenant(visit, text))
        .orElseGet(() -> visit.link("/ui/subscriptions", "text", text));
  }

  /** The overview of a tenant with this name, for operators. */
  private Optional<String> tenant(Visit visit, String name) {
    return visit.isOperator()
        ? tenants.find(new Tenant(name)).map(found -> "/ui?tenant=" + found.name())
        : Optional.empty();
  }
}
