package dev.homing.app.browser;

import dev.homing.app.journey.ScriptedReceiver;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The site of a company whose customers come to the portal: of another site than Homing, with a
 * logo, and pages that show what they are told to in a frame.
 */
final class CompanySite {
  private static final String LOGO =
      """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 32"><rect width="64" height="32" rx="6"
      fill="#0a5c36"/><path d="M16 24 24 8l8 16m8-16v16m0-8h12m0-8v16" fill="none" stroke="#fff" stroke-width="3"/></svg>
      """;

  private final String origin;

  CompanySite() {
    ScriptedReceiver server = ScriptedReceiver.start();
    server.answers(
        exchange -> {
          URI asked = exchange.getRequestURI();
          boolean logo = asked.getPath().equals("/logo.svg");
          exchange
              .getResponseHeaders()
              .set("Content-Type", logo ? "image/svg+xml" : "text/html;charset=UTF-8");
          ScriptedReceiver.Reply.saying(200, logo ? LOGO : page(asked.getQuery())).to(exchange);
        });
    // Another name than Homing's, so that browsers take it for another site.
    origin = "http://localhost:" + URI.create(server.url()).getPort();
  }

  private static String page(@Nullable String framed) {
    return """
    <!doctype html><html lang="en"><title>Acme shop</title><link rel="icon" href="data:,">
    <h1>Acme shop</h1><iframe title="Webhooks" width="1000" height="600" src="%s"></iframe>
    """
        .formatted(framed == null ? "about:blank" : framed);
  }

  String origin() {
    return origin;
  }

  String logo() {
    return origin + "/logo.svg";
  }

  /** The URL of a page with a frame that shows this URL. */
  String framing(String url) {
    return origin + "/?" + URLEncoder.encode(url, StandardCharsets.UTF_8);
  }
}
