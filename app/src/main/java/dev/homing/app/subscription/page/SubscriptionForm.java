package dev.homing.app.subscription.page;

import dev.homing.app.page.Form;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The fields of a subscription as texts in a form: lists have spaces or lines between them, headers
 * a line each.
 *
 * @param values by the names of the API's fields
 */
record SubscriptionForm(Map<String, String> values) {
  private static final List<String> TEXTS =
      List.of(
          "url",
          "event_types",
          "description",
          "headers",
          "secret_headers",
          "max_attempts",
          "initial_interval",
          "max_interval",
          "no_retry_statuses",
          "timeout",
          "on_failure",
          "max_block",
          "signature_scheme");
  private static final List<String> OF_RETRY =
      List.of("max_attempts", "initial_interval", "max_interval");
  private static final String ORDERED = "ordered";

  static SubscriptionForm sent(Form form) {
    Map<String, String> values = new LinkedHashMap<>();
    TEXTS.forEach(name -> values.put(name, form.text(name)));
    values.put(ORDERED, form.ticked(ORDERED) ? "true" : "");
    return new SubscriptionForm(values);
  }

  static SubscriptionForm empty() {
    return new SubscriptionForm(Map.of());
  }

  /** The fields of a subscription as the API shows it. */
  static SubscriptionForm of(ObjectNode shown) {
    Map<String, String> values = new LinkedHashMap<>();
    for (String name : TEXTS) {
      JsonNode value = OF_RETRY.contains(name) ? shown.path("retry").path(name) : shown.path(name);
      values.put(name, text(value));
    }
    values.put(ORDERED, shown.path(ORDERED).asBoolean() ? "true" : "");
    return new SubscriptionForm(values);
  }

  private static String text(JsonNode value) {
    if (value.isArray()) {
      return value.valueStream().map(JsonNode::asString).collect(Collectors.joining("\n"));
    }
    if (value.isObject()) {
      return value.properties().stream()
          .map(header -> header.getKey() + ": " + header.getValue().asString())
          .collect(Collectors.joining("\n"));
    }
    return value.isNull() || value.isMissingNode() ? "" : value.asString();
  }

  String text(String name) {
    return values.getOrDefault(name, "");
  }

  boolean ordered() {
    return !text(ORDERED).isEmpty();
  }

  /** Writes the fields into a request to the API; those that are empty get their defaults. */
  void fill(ObjectNode body) {
    body.put("url", text("url").strip());
    ArrayNode types = body.putArray("event_types");
    words("event_types").forEach(types::add);
    body.put("description", text("description"));
    fillHeaders(body.putObject("headers"), "headers");
    fillHeaders(body.putObject("secret_headers"), "secret_headers");
    body.put(ORDERED, ordered());
    fill(body, "on_failure");
    fill(body, "max_block");
    ObjectNode retry = body.putObject("retry");
    OF_RETRY.forEach(name -> fill(retry, name));
    ArrayNode statuses = body.putArray("no_retry_statuses");
    words("no_retry_statuses")
        .forEach(word -> number(word).ifPresentOrElse(statuses::add, () -> statuses.add(word)));
    fill(body, "timeout");
  }

  /** A whole number is sent as such, so that the API judges it. */
  private void fill(ObjectNode object, String name) {
    String text = text(name).strip();
    if (text.isEmpty()) {
      object.putNull(name);
    } else {
      number(text)
          .ifPresentOrElse(number -> object.put(name, number), () -> object.put(name, text));
    }
  }

  private static Optional<Long> number(String text) {
    return text.matches("-?\\d{1,9}") ? Optional.of(Long.valueOf(text)) : Optional.empty();
  }

  private void fillHeaders(ObjectNode headers, String name) {
    text(name)
        .lines()
        .filter(line -> !line.isBlank())
        .forEach(
            line -> {
              int colon = line.indexOf(':');
              headers.put(
                  colon < 0 ? line.strip() : line.substring(0, colon).strip(),
                  colon < 0 ? "" : line.substring(colon + 1).strip());
            });
  }

  private Stream<String> words(String name) {
    return Stream.of(text(name).split("[\\s,]+")).filter(word -> !word.isEmpty());
  }

  /** Omits the values, among which are secrets. */
  @Override
  public String toString() {
    return "SubscriptionForm" + values.keySet();
  }
}
