package dev.homing.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

class JsonLogTest {
  private static final Instant AT = Instant.parse("2026-11-26T16:58:11.677598089Z");

  private final LoggerContext context = new LoggerContext();

  @BeforeEach
  void giveItAnMdc() {
    context.setMDCAdapter(new LogbackMDCAdapter());
  }

  @Test
  void hasTheFieldsOfLogstash() {
    assertThat(read(event("attempt", null)))
        .containsExactly(
            entry("@timestamp", "2026-11-26T16:58:11.677598089Z"),
            entry("@version", "1"),
            entry("message", "attempt"),
            entry("logger_name", "homing.attempts"),
            entry("thread_name", Thread.currentThread().getName()),
            entry("level", "INFO"),
            entry("level_value", 20_000));
  }

  @Test
  void keepsNumbersBooleansAndNullAsTheyAre() {
    LoggingEvent event = event("attempt", null);
    event.addKeyValuePair(new KeyValuePair("took_millis", 12L));
    event.addKeyValuePair(new KeyValuePair("share", 0.5));
    event.addKeyValuePair(new KeyValuePair("over", true));
    event.addKeyValuePair(new KeyValuePair("error", null));
    event.addKeyValuePair(new KeyValuePair("next_attempt_at", AT));

    assertThat(read(event))
        .containsEntry("took_millis", 12)
        .containsEntry("share", 0.5)
        .containsEntry("over", true)
        .containsEntry("error", null)
        .containsEntry("next_attempt_at", "2026-11-26T16:58:11.677598089Z");
  }

  @Test
  void hasTheMdcOfTheThread() {
    LoggingEvent event = event("a workflow", null);
    event.setMDCPropertyMap(Map.of("WorkflowId", "event/1"));

    assertThat(read(event)).containsEntry("WorkflowId", "event/1");
  }

  @Test
  void hasTheStackTraceOfAFailure() {
    assertThat(read(event("failed", new IllegalStateException("why"))))
        .extractingByKey("stack_trace")
        .asString()
        .startsWith("java.lang.IllegalStateException: why")
        .contains("at dev.homing.app.JsonLogTest.hasTheStackTraceOfAFailure");
  }

  @Test
  void isAlwaysOneLine() {
    LoggingEvent event = event("two\nlines, \"quoted\"\u0000", null);
    event.addKeyValuePair(new KeyValuePair("url", "http://[::1]/\r\n\u2028ü"));

    assertThat(line(event)).endsWith("}\n").containsOnlyOnce("\n").doesNotContain("\r");
    assertThat(read(event))
        .containsEntry("message", "two\nlines, \"quoted\"\u0000")
        .containsEntry("url", "http://[::1]/\r\n\u2028ü");
  }

  /** UTF-8 cannot encode one. */
  @Test
  void keepsALineWithAnUnpairedSurrogate() {
    assertThat(read(event("half of a \ud83d", null))).containsEntry("message", "half of a ?");
  }

  private LoggingEvent event(String message, @Nullable Throwable failure) {
    LoggingEvent event =
        new LoggingEvent(
            "", context.getLogger("homing.attempts"), Level.INFO, message, failure, null);
    event.setInstant(AT);
    return event;
  }

  private static String line(LoggingEvent event) {
    return new String(
        new JsonLog().formatAsBytes(event, StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }

  private static Map<String, Object> read(LoggingEvent event) {
    return JsonMapper.shared().readValue(line(event), new TypeReference<Map<String, Object>>() {});
  }
}
