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

/** How settings are written: seconds unless a unit is named, sizes also in KiB and MiB. */
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
        // Spring's kilobyte has 1024 bytes: it means the same.
        return DataSize.parse(
            text.strip().replaceFirst("(?i)([KM])iB$", "$1B").toUpperCase(Locale.ROOT));
      }
    };
  }
}
