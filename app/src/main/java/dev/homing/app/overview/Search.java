package dev.homing.app.overview;

import dev.homing.activities.event.Events;
import dev.homing.app.page.Templates;
import dev.homing.app.page.Visit;
import dev.homing.workflows.DeliveryId;
import dev.homing.workflows.EventId;
import dev.homing.workflows.SubscriptionId;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Opens what an id or a name stands for; any other text searches the subscriptions. */
@RestController
class Search {
  private final Events events;

  Search(Events events) {
    this.events = events;
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
    if (text.isEmpty()) {
      return visit.link("/ui/subscriptions");
    }
    return events
        .named(visit.tenant(), text)
        .map(event -> visit.link("/ui/events/" + event))
        .orElseGet(() -> visit.link("/ui/subscriptions", "text", text));
  }
}
