package dev.homing.app.development;

import dev.homing.app.page.Text;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.springframework.web.util.HtmlUtils;

/** What the sample receiver got last, as a page with a switch that makes it answer 503. */
final class SampleInbox {
  /** What it forgets the rest of. */
  private static final int KEPT = 50;

  private static final int SHOWN_CHARACTERS = 16 * 1024;
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT);

  private static final Comparator<Receipt> NEWEST_FIRST =
      Comparator.comparing(Receipt::at).reversed();

  private final List<Receipt> receipts = new ArrayList<>();
  private final String firstSteps;
  private volatile boolean failing;

  /**
   * An empty one.
   *
   * @param firstSteps the address of the page that led here; empty: there is none
   */
  SampleInbox(String firstSteps) {
    this.firstSteps = firstSteps;
  }

  /**
   * A request that came.
   *
   * @param fault why its signature was not verified; empty: it was
   * @param answered what was answered, in words
   */
  record Receipt(
      Instant at,
      String path,
      Map<String, List<String>> headers,
      String body,
      String fault,
      String answered) {}

  /** Adds one where it belongs by its time: one that was answered late is added late. */
  synchronized void add(Receipt receipt) {
    receipts.add(receipt);
    receipts.sort(NEWEST_FIRST);
    while (receipts.size() > KEPT) {
      receipts.removeLast();
    }
  }

  /** Whether the receiver answers 503 where it otherwise answers 200. */
  boolean isFailing() {
    return failing;
  }

  void setFailing(boolean failing) {
    this.failing = failing;
  }

  /** The page in HTML; it asks for itself again every three seconds. */
  String page() {
    return """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta http-equiv="refresh" content="3">
    <title>Inbox · sample receiver</title>
    <style>%s</style>
    </head>
    <body>
    <h1>Inbox</h1>
    <p class="muted">What the sample receiver got, newest first. It verifies each signature by the library of Standard Webhooks.</p>
    %s
    %s
    </body>
    </html>
    """
        .formatted(STYLE, answers(), list());
  }

  private String answers() {
    String back =
        firstSteps.isEmpty()
            ? ""
            : "<a href=\"%s\">To the first steps</a>".formatted(escaped(firstSteps));
    return """
    <form method="post" action="/switch" class="%s">
    <p><strong>It answers %s.</strong> %s</p>
    <p><button name="answer" value="%s">Answer %s from now on</button> %s</p>
    </form>\
    """
        .formatted(
            failing ? "bad" : "good",
            failing ? "503" : "200",
            failing
                ? "What you publish now waits, and is tried again."
                : "What you publish now is delivered.",
            failing ? "200" : "503",
            failing ? "200" : "503",
            back);
  }

  private synchronized String list() {
    return receipts.isEmpty()
        ? "<p class=\"empty\">Nothing came yet. Publish <code>demo.hello</code>, and it is"
            + " here.</p>"
        : receipts.stream().map(SampleInbox::one).collect(Collectors.joining("\n"));
  }

  private static String one(Receipt receipt) {
    Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    headers.putAll(receipt.headers());
    String body = receipt.body().substring(0, Math.min(SHOWN_CHARACTERS, receipt.body().length()));
    return """
    <article>
    <h2><time datetime="%s">%s</time> <code>%s</code></h2>
    <p>%s <span class="muted">%s</span></p>
    <pre>%s</pre>
    <pre>%s</pre>
    </article>\
    """
        .formatted(
            receipt.at(),
            TIME.format(receipt.at().atZone(ZoneId.systemDefault())),
            escaped(receipt.path()),
            receipt.fault().isEmpty()
                ? "<strong class=\"good\">✓ signature verified</strong>"
                : "<strong class=\"bad\">✗ signature not verified: %s</strong>"
                    .formatted(escaped(receipt.fault())),
            escaped(receipt.answered()),
            headers.entrySet().stream()
                .flatMap(
                    header ->
                        header.getValue().stream()
                            .map(value -> header.getKey().toLowerCase(Locale.ROOT) + ": " + value))
                .map(SampleInbox::escaped)
                .collect(Collectors.joining("\n")),
            escaped(body) + (body.length() < receipt.body().length() ? "…" : ""));
  }

  private static String escaped(String text) {
    return HtmlUtils.htmlEscape(Text.visible(text), "UTF-8");
  }

  private static final String STYLE =
      """
      :root { color-scheme: light dark; font: 14px/1.5 system-ui, sans-serif; }
      body { max-width: 860px; margin: 0 auto; padding: 24px 16px 64px; overflow-wrap: anywhere;
        background: light-dark(#fbfbfa, #121315); color: light-dark(#1b1d20, #e9e9e6); }
      h1 { font-size: 20px; margin: 0; } h2 { font-size: 14px; margin: 0; } p { margin: 4px 0; }
      .muted { color: light-dark(#5f646b, #a0a4ab); }
      a { color: light-dark(#4257d6, #98a6ff); }
      strong.good { color: light-dark(#17774a, #63cb95); } strong.bad { color: light-dark(#bd2f28, #ff8a80); }
      form, article, .empty { background: light-dark(#fff, #191b1e); border: 1px solid light-dark(#e7e7e3, #2a2c31);
        border-radius: 10px; padding: 12px 16px; margin: 16px 0; }
      form.good { border-left: 3px solid light-dark(#17774a, #63cb95); }
      form.bad { border-left: 3px solid light-dark(#bd2f28, #ff8a80); }
      button { font: inherit; font-weight: 500; padding: 5px 12px; margin-right: 10px; border-radius: 7px;
        border: 1px solid light-dark(#cfcfca, #42454c); background: none; color: inherit; cursor: pointer; }
      pre { background: light-dark(#f3f3f1, #0d0e0f); border-radius: 8px; padding: 10px 12px; margin: 8px 0 0;
        font: 12.5px/1.5 ui-monospace, monospace; white-space: pre-wrap; max-height: 300px; overflow: auto; }
      """;
}
