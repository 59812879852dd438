package dev.homing.app;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import java.io.StringWriter;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;
import org.springframework.boot.logging.structured.StructuredLogFormatter;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes each log line as JSON, with the fields of Logstash's encoder; a value without a JSON type
 * becomes a string. Spring Boot's own formatter takes four times as long, for a line per attempt.
 */
public final class JsonLog implements StructuredLogFormatter<ILoggingEvent> {
  private static final int INITIAL_CAPACITY = 1_024;
  private static final List<KeyValuePair> NO_PAIRS = List.of();

  private final JsonMapper mapper = JsonMapper.builder().build();

  /** Writes characters first, so that an unpaired surrogate in a value does not lose the line. */
  @Override
  public String format(ILoggingEvent event) {
    StringWriter line = new StringWriter(INITIAL_CAPACITY);
    try (JsonGenerator json = mapper.createGenerator(line)) {
      json.writeStartObject();
      json.writeStringProperty("@timestamp", event.getInstant().toString());
      json.writeStringProperty("@version", "1");
      json.writeStringProperty("message", event.getFormattedMessage());
      json.writeStringProperty("logger_name", event.getLoggerName());
      json.writeStringProperty("thread_name", event.getThreadName());
      json.writeStringProperty("level", event.getLevel().toString());
      json.writeNumberProperty("level_value", event.getLevel().toInt());
      event.getMDCPropertyMap().forEach(json::writeStringProperty);
      for (KeyValuePair pair : Objects.requireNonNullElse(event.getKeyValuePairs(), NO_PAIRS)) {
        json.writeName(pair.key);
        write(json, pair.value);
      }
      if (event.getThrowableProxy() != null) {
        json.writeStringProperty(
            "stack_trace", ThrowableProxyUtil.asString(event.getThrowableProxy()));
      }
      json.writeEndObject();
    }
    return line.append('\n').toString();
  }

  private static void write(JsonGenerator json, @Nullable Object value) {
    if (value == null || value instanceof Number || value instanceof Boolean) {
      json.writePOJO(value);
    } else {
      json.writeString(value.toString());
    }
  }
}
