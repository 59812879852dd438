package dev.homing.app.browser;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.browser.Installation.Account;
import dev.homing.app.journey.Api;
import dev.homing.app.journey.ScriptedReceiver;
import dev.homing.app.journey.ScriptedReceiver.Reply;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/**
 * Text that would be a script, a picture or another name, wherever senders and receivers can put
 * it.
 */
class HostileTextBrowserIT {
  private static final String SCRIPT = "<script>alert(1)</script>";
  private static final String PICTURE = "\"><img src=x onerror=alert(2)>";

  /** Reverses what follows. */
  private static final String REVERSED = "gpj\u202Eexe.evil";

  private static final String MADE_OF_TEXT =
      "() => document.querySelectorAll('main :is(script, img, iframe, style, svg:not(.bars),"
          + " b:not(.answers b))').length";

  private final Account account = Installation.shared().newAccount();
  private final Api api = account.api();

  @AutoClose private final ScriptedReceiver receiver = ScriptedReceiver.start();
  @AutoClose private final Tab tab = Tab.of(account);

  @Test
  void isShownAsText() {
    receiver.answers(
        exchange -> {
          exchange.getResponseHeaders().set("Server", PICTURE);
          Reply.saying(503, "{\"why\":\"" + SCRIPT + "\"}").to(exchange);
        });
    Map<String, Object> hostile = new HashMap<>(Api.PATIENT);
    hostile.put("event_types", List.of("hostile.*"));
    hostile.put("description", SCRIPT + REVERSED);
    hostile.put("headers", Map.of("X-Note", PICTURE));
    hostile.put("metadata", Map.of("<b>bold</b>", "</dd>" + SCRIPT));
    hostile.put("url", receiver.url() + "?x=%22%3E%3Cimg%20src%3Dx%3E&y='");
    String subscription = Api.id(api.post("/subscriptions", hostile).expect(201));
    String event =
        Api.id(
            api.post(
                    "/webhooks/hostile.sent",
                    "{\"text\":\"" + SCRIPT + "\",\"name\":\"" + REVERSED + "\"}")
                .expect(202));
    String delivery = api.deliveryId(event);
    api.await(delivery, "retrying");

    at("/ui/subscriptions").shows(SCRIPT + "gpj⟨U+202E⟩exe.evil");
    at("/ui/subscriptions/" + subscription).shows(PICTURE).shows("<b>bold</b>: </dd>" + SCRIPT);
    at("/ui/subscriptions/" + subscription + "/edit");
    assertThat(tab.field("Description").inputValue()).contains(SCRIPT);
    assertThat(tab.field("Headers").inputValue()).contains(PICTURE);
    at("/ui/events/" + event).shows(SCRIPT).shows("gpj⟨U+202E⟩exe.evil");
    at("/ui/deliveries/" + delivery).shows(SCRIPT).shows("server: " + PICTURE);
    at("/ui/search?q=" + "%3Cscript%3Ealert(1)%3C/script%3E").shows("alert(1)");
    assertThat(tab.field("URL or description").inputValue()).isEqualTo(SCRIPT);
    tab.expect("the server responded with a status of 400");
    at("/ui/events?%3Cscript%3E=1").shows("<script>");
  }

  private Tab at(String path) {
    tab.visit(path);
    assertThat(tab.page().evaluate(MADE_OF_TEXT)).as(path).isEqualTo(0);
    tab.assertSound();
    return tab;
  }

  /** A line without a space, as long as payloads may be. */
  @Test
  void breaksWhereverItMust() {
    String line = "x".repeat(200_000);
    String event =
        Api.id(
            api.post("/webhooks/" + "long.".repeat(20) + "type", "\"" + line + "\"").expect(202));
    at("/ui/events/" + event);
    at("/ui/events");
  }
}
