package dev.homing.app;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationPropertiesBinding;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.convert.converter.Converter;
import org.springframework.util.unit.DataSize;

/** Parses settings: durations in seconds unless a unit is named, sizes also in KiB and MiB. */
@Configuration(proxyBeanMethods = false)
class SettingConverters {
  @Bean
  @ConfigurationPropertiesBinding
  static Converter<String, @Nullable Duration> durationSettings() {
    return new Converter<>() {
      @Override
      public @Nullable Duration convert(String text) {
        return text.isBlank() ? null : DurationStyle.SIMPLE.parse(text.strip(), ChronoUnit.SECONDS);
      }
    };
  }

  @Bean
  @ConfigurationPropertiesBinding
  static Converter<String, DataSize> sizeSettings() {
    return new Converter<>() {
      @Override
      public DataSize convert(String text) {
        // Spring's KB has 1024 bytes, like KiB.
        return DataSize.parse(
            text.strip().replaceFirst("(?i)([KM])iB$", "$1B").toUpperCase(Locale.ROOT));
      }
    };
  }
}
