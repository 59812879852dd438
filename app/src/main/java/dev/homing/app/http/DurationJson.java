package dev.homing.app.http;

import java.time.Duration;
import org.springframework.boot.convert.DurationStyle;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.ser.std.StdSerializer;

/** Reads durations as {@code "5s"}, {@code "2h"} or seconds; writes seconds. */
final class DurationJson {
  private DurationJson() {}

  static final class Reader extends StdDeserializer<Duration> {
    Reader() {
      super(Duration.class);
    }

    @Override
    public Duration deserialize(JsonParser json, DeserializationContext context) {
      if (json.currentToken() == JsonToken.VALUE_NUMBER_INT) {
        return Duration.ofSeconds(json.getLongValue());
      }
      if (json.currentToken() == JsonToken.VALUE_STRING) {
        try {
          return DurationStyle.SIMPLE.parse(json.getString());
        } catch (IllegalArgumentException wrong) {
          return (Duration)
              context.handleWeirdStringValue(
                  Duration.class,
                  json.getString(),
                  "a number of seconds, or a duration like 30s, 5m, 2h");
        }
      }
      return (Duration) context.handleUnexpectedToken(context.constructType(Duration.class), json);
    }
  }

  static final class Writer extends StdSerializer<Duration> {
    Writer() {
      super(Duration.class);
    }

    @Override
    public void serialize(Duration duration, JsonGenerator json, SerializationContext context) {
      if (duration.toMillis() % 1000 == 0) {
        json.writeNumber(duration.toSeconds());
      } else {
        json.writeNumber(duration.toMillis() / 1000.0);
      }
    }
  }
}
