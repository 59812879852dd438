package dev.homing.app.event;

import dev.homing.activities.event.Acceptance;
import dev.homing.activities.routing.EventTypes;
import dev.homing.app.page.Form;
import dev.homing.app.page.Templates;
import dev.homing.app.page.Visit;
import dev.homing.app.problem.Problem;
import dev.homing.workflows.EventId;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** The page that publishes an event by hand. */
@RestController
@RequestMapping("/ui/events/new")
class PublishPages {
  /** What may be sent by hand; programs may send anything. */
  private static final List<String> CONTENT_TYPES =
      List.of(MediaType.APPLICATION_JSON_VALUE, "text/plain; charset=utf-8", "application/xml");

  /** The field that the first steps send, to be shown again. */
  private static final String FIRST_STEPS = "first_steps";

  private final Publisher publisher;
  private final JsonMapper json;
  private final Templates templates;

  PublishPages(Publisher publisher, JsonMapper json, Templates templates) {
    this.publisher = publisher;
    this.json = json;
    this.templates = templates;
  }

  /** What the template shows: the fields as they were sent, and their faults by name. */
  record Model(
      Visit visit,
      String type,
      String contentType,
      String orderingKey,
      String payload,
      Map<String, String> faults) {
    List<String> contentTypes() {
      return CONTENT_TYPES;
    }
  }

  @GetMapping
  ResponseEntity<byte[]> form(Visit visit) {
    return templates.page(
        HttpStatus.OK,
        "event/publish.jte",
        new Model(
            visit, "", CONTENT_TYPES.getFirst(), "", "{\n  \"hello\": \"world\"\n}", Map.of()));
  }

  @PostMapping(consumes = MediaType.APPLICATION_FORM_URLENCODED_VALUE)
  ResponseEntity<byte[]> publish(Visit visit, Form form) {
    Model model =
        new Model(
            visit,
            form.text("type").strip(),
            form.text("content_type"),
            form.text("ordering_key").strip(),
            form.text("payload"),
            new TreeMap<>());
    check(model);
    if (!model.faults().isEmpty()) {
      return templates.page(HttpStatus.UNPROCESSABLE_CONTENT, "event/publish.jte", model);
    }
    Acceptance accepted =
        publisher.publish(
            visit.tenant(),
            model.type(),
            model.contentType(),
            model.payload().getBytes(StandardCharsets.UTF_8),
            new RequestKeys(null, null, model.orderingKey().isEmpty() ? null : model.orderingKey()),
            0);
    String shown = form.ticked(FIRST_STEPS) ? "/ui/first-steps" : "/ui/events/" + id(accepted);
    return Templates.see(visit.after(shown, "published"));
  }

  private void check(Model model) {
    if (!EventTypes.isType(model.type())) {
      model.faults().put("type", "must be segments of letters, digits, _ and -, with dots between");
    } else if (EventTypes.isOwn(model.type())) {
      model.faults().put("type", Publisher.RESERVED_TYPE);
    }
    if (!CONTENT_TYPES.contains(model.contentType())) {
      model.faults().put("content_type", "must be one of these");
    } else if (model.contentType().equals(MediaType.APPLICATION_JSON_VALUE)
        && !isJson(model.payload())) {
      model.faults().put("payload", "is not valid JSON");
    }
    if (!model.orderingKey().isEmpty() && !RequestKeys.isOrderingKey(model.orderingKey())) {
      model.faults().put("ordering_key", "must be 1 to 128 visible ASCII characters");
    }
  }

  private boolean isJson(String text) {
    try {
      return !json.readTree(text).isMissingNode();
    } catch (JacksonException notJson) {
      return false;
    }
  }

  private static EventId id(Acceptance accepted) {
    return switch (accepted) {
      case Acceptance.New(var lease, _) -> lease.event().id();
      case Acceptance.Repeated(var event) -> event.id();
      case Acceptance.Conflicting(var kind) -> throw Problem.reusedKey(RequestKeys.header(kind));
    };
  }
}
