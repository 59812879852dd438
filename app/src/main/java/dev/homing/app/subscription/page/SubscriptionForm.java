package dev.homing.app.subscription.page;

import dev.homing.app.page.Form;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The fields of a subscription as texts in a form: lists have spaces or lines between them, headers
 * a line each, metadata is JSON.
 *
 * @param values by the paths of the API's fields, like {@code retry.max_attempts}
 */
record SubscriptionForm(Map<String, String> values) {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /** How a field is written. */
  private enum Kind {
    /** One line, without spaces around it. */
    LINE,
    /** As it is. */
    TEXT,
    /** A number, a duration or a word. */
    VALUE,
    WORDS,
    NUMBERS,
    HEADERS,
    OBJECT,
    BOX
  }

  private static final Map<String, Kind> KINDS = new LinkedHashMap<>();

  static {
    KINDS.put("url", Kind.LINE);
    KINDS.put("event_types", Kind.WORDS);
    KINDS.put("description", Kind.TEXT);
    KINDS.put("enabled", Kind.BOX);
    KINDS.put("retry.max_attempts", Kind.VALUE);
    KINDS.put("retry.initial_interval", Kind.VALUE);
    KINDS.put("retry.max_interval", Kind.VALUE);
    KINDS.put("timeout", Kind.VALUE);
    KINDS.put("no_retry_statuses", Kind.NUMBERS);
    KINDS.put("rate.limit", Kind.VALUE);
    KINDS.put("rate.per", Kind.VALUE);
    KINDS.put("max_in_flight", Kind.VALUE);
    KINDS.put("ordered", Kind.BOX);
    KINDS.put("on_failure", Kind.VALUE);
    KINDS.put("max_block", Kind.VALUE);
    KINDS.put("headers", Kind.HEADERS);
    KINDS.put("secret_headers", Kind.HEADERS);
    KINDS.put("tls.authority", Kind.TEXT);
    KINDS.put("tls.certificate", Kind.TEXT);
    KINDS.put("tls.key", Kind.TEXT);
    KINDS.put("metadata", Kind.OBJECT);
  }

  /** Fields that only a new subscription has. */
  private static final List<String> OF_NEW_ONES = List.of("signature_scheme", "secret");

  /** Objects with fields of their own; one is null if all of these fields are empty. */
  private static final Map<String, List<String>> GROUPS =
      Map.of(
          "retry", List.of("retry.max_attempts", "retry.initial_interval", "retry.max_interval"),
          "rate", List.of("rate.limit"),
          "tls", List.of("tls.authority", "tls.certificate", "tls.key"));

  static SubscriptionForm sent(Form form) {
    Map<String, String> values = new LinkedHashMap<>();
    KINDS.forEach(
        (name, kind) ->
            values.put(
                name, kind == Kind.BOX ? (form.ticked(name) ? "true" : "") : form.text(name)));
    OF_NEW_ONES.forEach(name -> values.put(name, form.text(name)));
    return new SubscriptionForm(values);
  }

  /** The form of a new one. */
  static SubscriptionForm empty() {
    return new SubscriptionForm(Map.of("enabled", "true"));
  }

  /** The fields of a subscription as the API shows it. */
  static SubscriptionForm of(ObjectNode shown) {
    Map<String, String> values = new LinkedHashMap<>();
    KINDS.forEach((name, kind) -> values.put(name, text(at(shown, name), kind)));
    return new SubscriptionForm(values);
  }

  private static JsonNode at(ObjectNode shown, String name) {
    int dot = name.indexOf('.');
    return dot < 0
        ? shown.path(name)
        : shown.path(name.substring(0, dot)).path(name.substring(dot + 1));
  }

  private static String text(JsonNode value, Kind kind) {
    if (value.isNull() || value.isMissingNode()) {
      return "";
    }
    return switch (kind) {
      case LINE, TEXT, VALUE -> value.asString();
      case BOX -> value.asBoolean() ? "true" : "";
      case WORDS, NUMBERS ->
          value.valueStream().map(JsonNode::asString).collect(Collectors.joining("\n"));
      case HEADERS ->
          value.properties().stream()
              .map(header -> header.getKey() + ": " + header.getValue().asString())
              .collect(Collectors.joining("\n"));
      case OBJECT -> value.isEmpty() ? "" : value.toPrettyString();
    };
  }

  String text(String name) {
    return values.getOrDefault(name, "");
  }

  boolean ticked(String name) {
    return !text(name).isEmpty();
  }

  /** Writes the fields into a request to the API; those that are empty get their defaults. */
  void fill(ObjectNode body) {
    GROUPS.forEach(
        (group, deciding) -> {
          if (deciding.stream().allMatch(name -> text(name).isBlank())) {
            body.putNull(group);
          } else {
            body.putObject(group);
          }
        });
    KINDS.forEach(
        (name, kind) -> {
          int dot = name.indexOf('.');
          if (dot < 0) {
            fill(body, name, name, kind);
          } else if (body.get(name.substring(0, dot)) instanceof ObjectNode group) {
            fill(group, name.substring(dot + 1), name, kind);
          }
        });
  }

  /** The same for a new subscription, which has fields that cannot be changed later. */
  void fillNew(ObjectNode body) {
    fill(body);
    OF_NEW_ONES.forEach(name -> fill(body, name, name, Kind.LINE));
  }

  private void fill(ObjectNode object, String field, String name, Kind kind) {
    String text = text(name);
    switch (kind) {
      case LINE -> put(object, field, text.strip());
      case TEXT -> put(object, field, text);
      case VALUE -> object.set(field, Form.value(text));
      case BOX -> object.put(field, !text.isEmpty());
      case WORDS -> {
        ArrayNode words = object.putArray(field);
        words(text).forEach(words::add);
      }
      case NUMBERS -> {
        ArrayNode numbers = object.putArray(field);
        words(text).map(Form::value).forEach(numbers::add);
      }
      case HEADERS -> fillHeaders(object.putObject(field), text);
      case OBJECT -> fillObject(object, field, text);
    }
  }

  private static void put(ObjectNode object, String field, String text) {
    if (text.isBlank()) {
      object.putNull(field);
    } else {
      object.put(field, text);
    }
  }

  private static Stream<String> words(String text) {
    return Stream.of(text.split("[\\s,]+")).filter(word -> !word.isEmpty());
  }

  private static void fillHeaders(ObjectNode headers, String text) {
    text.lines()
        .filter(line -> !line.isBlank())
        .forEach(
            line -> {
              int colon = line.indexOf(':');
              headers.put(
                  colon < 0 ? line.strip() : line.substring(0, colon).strip(),
                  colon < 0 ? "" : line.substring(colon + 1).strip());
            });
  }

  /** What is no JSON is sent as a text, so that the API says what it expects. */
  private static void fillObject(ObjectNode object, String field, String text) {
    try {
      object.set(field, text.isBlank() ? object.objectNode() : JSON.readTree(text));
    } catch (JacksonException notJson) {
      object.put(field, text);
    }
  }

  /** Omits the values, among which are secrets. */
  @Override
  public String toString() {
    return "SubscriptionForm" + values.keySet();
  }
}
