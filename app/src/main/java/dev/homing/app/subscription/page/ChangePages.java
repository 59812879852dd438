package dev.homing.app.subscription.page;

import dev.homing.activities.backlog.BacklogCounts;
import dev.homing.activities.subscription.Subscription;
import dev.homing.activities.subscription.SubscriptionKey;
import dev.homing.app.http.IfMatch;
import dev.homing.app.page.Form;
import dev.homing.app.page.Outcomes;
import dev.homing.app.page.Payload;
import dev.homing.app.page.Templates;
import dev.homing.app.page.Text;
import dev.homing.app.page.Visit;
import dev.homing.app.problem.Problem;
import dev.homing.app.subscription.SubscriptionChanges;
import dev.homing.app.subscription.SubscriptionRegistry;
import dev.homing.app.subscription.TestEvents;
import dev.homing.workflows.SubscriptionId;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
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

/** The pages that create, change, test and delete subscriptions. */
@RestController
@RequestMapping("/ui/subscriptions")
class ChangePages {
  private static final String FORM = MediaType.APPLICATION_FORM_URLENCODED_VALUE;

  private final SubscriptionChanges changes;
  private final SubscriptionRegistry registry;
  private final TestEvents testEvents;
  private final BacklogCounts counts;
  private final Templates templates;

  ChangePages(
      SubscriptionChanges changes,
      SubscriptionRegistry registry,
      TestEvents testEvents,
      BacklogCounts counts,
      Templates templates) {
    this.changes = changes;
    this.registry = registry;
    this.testEvents = testEvents;
    this.counts = counts;
    this.templates = templates;
  }

  /**
   * What the form shows.
   *
   * @param id null: it is a new one
   * @param version the form is about; empty: it is a new one
   * @param fault what is wrong as a whole; null: nothing
   * @param faults what is wrong with single fields, by their names in the form
   */
  record FormModel(
      Visit visit,
      @Nullable String id,
      String version,
      SubscriptionForm form,
      @Nullable String fault,
      Map<String, String> faults) {
    String action() {
      return visit.link("/ui/subscriptions/" + (id == null ? "new" : id + "/edit"));
    }

    String back() {
      return visit.link("/ui/subscriptions" + (id == null ? "" : "/" + id));
    }

    /** Whether what few receivers need is shown at once: something of it is set, or wrong. */
    boolean showsRest() {
      return Stream.of("tls", "tls.authority", "tls.certificate", "tls.key", "metadata")
          .anyMatch(name -> isInvalid(name) || !form.text(name).isEmpty());
    }

    boolean isInvalid(String name) {
      return faults.containsKey(name);
    }

    /** The ids of what describes a field. */
    String describedBy(String id, String name) {
      return isInvalid(name) ? id + "-hint " + id + "-fault" : id + "-hint";
    }
  }

  @GetMapping("/new")
  ResponseEntity<byte[]> newForm(Visit visit) {
    return form(HttpStatus.OK, visit, null, "", SubscriptionForm.empty(), null);
  }

  @PostMapping(path = "/new", consumes = FORM)
  ResponseEntity<byte[]> create(Visit visit, Form sent) {
    SubscriptionForm form = SubscriptionForm.sent(sent);
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    form.fillNew(body);
    try {
      return templates.page(
          HttpStatus.OK,
          SecretPages.TEMPLATE,
          SecretPages.Shown.of(visit, "Created", changes.create(visit.tenant(), body)));
    } catch (Problem refused) {
      return form(
          HttpStatus.valueOf(refused.getStatusCode().value()), visit, null, "", form, refused);
    }
  }

  @GetMapping("/{id}/edit")
  ResponseEntity<byte[]> editForm(Visit visit, @PathVariable String id) {
    Subscription found = registry.find(visit.tenant(), SubscriptionPage.read(id));
    return form(
        HttpStatus.OK,
        visit,
        id,
        Long.toString(found.version()),
        SubscriptionForm.of(changes.shown(found)),
        null);
  }

  /**
   * What the form does not show stays as it is; a change by another since then refuses this one.
   */
  @PostMapping(path = "/{id}/edit", consumes = FORM)
  ResponseEntity<byte[]> edit(Visit visit, @PathVariable String id, Form sent) {
    SubscriptionForm form = SubscriptionForm.sent(sent);
    String version = sent.text("version");
    SubscriptionId subscription = SubscriptionPage.read(id);
    ObjectNode body = changes.shown(registry.find(visit.tenant(), subscription));
    form.fill(body);
    try {
      changes.replace(visit.tenant(), subscription, IfMatch.of("\"" + version + "\""), body);
    } catch (Problem refused) {
      return form(
          HttpStatus.valueOf(refused.getStatusCode().value()), visit, id, version, form, refused);
    }
    return Templates.see(visit.after("/ui/subscriptions/" + id, "saved"));
  }

  private ResponseEntity<byte[]> form(
      HttpStatus status,
      Visit visit,
      @Nullable String id,
      String version,
      SubscriptionForm form,
      @Nullable Problem refused) {
    Map<String, String> faults = refused == null ? Map.of() : refused.faults();
    String fault = refused == null || !faults.isEmpty() ? null : refused.detail();
    return templates.page(
        status,
        "subscription/page/form.jte",
        new FormModel(visit, id, version, form, fault, faults));
  }

  @PostMapping("/{id}/pause")
  ResponseEntity<byte[]> pause(Visit visit, @PathVariable String id) {
    return enable(visit, id, false, "paused");
  }

  @PostMapping("/{id}/enable")
  ResponseEntity<byte[]> enable(Visit visit, @PathVariable String id) {
    return enable(visit, id, true, "enabled");
  }

  private ResponseEntity<byte[]> enable(Visit visit, String id, boolean enabled, String done) {
    changes.merge(
        visit.tenant(),
        SubscriptionPage.read(id),
        IfMatch.ANY,
        JsonNodeFactory.instance.objectNode().put("enabled", enabled));
    return Templates.see(visit.after("/ui/subscriptions/" + id, done));
  }

  /** What the result of a test shows; {@code place} is the receiver's URL without its scheme. */
  record TestModel(
      Visit visit,
      String id,
      String place,
      String outcome,
      String brief,
      String tone,
      String took,
      String error,
      String advice,
      @Nullable Payload body,
      Map<String, String> headers) {}

  @PostMapping("/{id}/test")
  ResponseEntity<byte[]> test(Visit visit, @PathVariable String id) {
    Subscription found = registry.find(visit.tenant(), SubscriptionPage.read(id));
    TestEvents.Result result = testEvents.send(visit.tenant(), found.id());
    String body = result.responseBody();
    Map<String, String> headers = new TreeMap<>();
    if (result.responseHeaders() != null) {
      result
          .responseHeaders()
          .forEach((name, value) -> headers.put(Text.visible(name), Text.visible(value)));
    }
    return templates.page(
        HttpStatus.OK,
        "subscription/page/test.jte",
        new TestModel(
            visit,
            id,
            place(found),
            result.outcome(),
            Outcomes.brief(result.outcome(), result.statusCode()),
            result.outcome().equals("delivered") ? "good" : "bad",
            Text.millis(result.tookMillis()),
            Text.visible(result.error()),
            Outcomes.advice(result.outcome(), result.statusCode()),
            body == null || body.isEmpty()
                ? null
                : Payload.of(body.getBytes(StandardCharsets.UTF_8)),
            headers));
  }

  /** What the question before deleting shows. */
  record AskModel(Visit visit, String id, String place, String waiting) {}

  @GetMapping("/{id}/delete")
  ResponseEntity<byte[]> askToDelete(Visit visit, @PathVariable String id) {
    Subscription found = registry.find(visit.tenant(), SubscriptionPage.read(id));
    int waiting = counts.waiting(new SubscriptionKey(visit.tenant(), found.id())).waiting();
    return templates.page(
        HttpStatus.OK,
        "subscription/page/delete.jte",
        new AskModel(
            visit,
            id,
            place(found),
            waiting == 0 ? "" : Text.number(waiting, BacklogCounts.COUNTED)));
  }

  @PostMapping("/{id}/delete")
  ResponseEntity<byte[]> delete(Visit visit, @PathVariable String id) {
    registry.delete(visit.tenant(), SubscriptionPage.read(id), IfMatch.ANY);
    String next = visit.seesAll() ? "/ui/subscriptions" : "/ui/deliveries";
    return Templates.see(visit.after(next, "deleted"));
  }

  static String place(Subscription subscription) {
    return Text.place(subscription.terms().url());
  }
}
