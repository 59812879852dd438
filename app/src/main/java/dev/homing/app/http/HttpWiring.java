package dev.homing.app.http;

import dev.homing.app.event.PublishingSettings;
import jakarta.servlet.Filter;
import java.time.Duration;
import org.springframework.boot.jackson.autoconfigure.JsonMapperBuilderCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.web.filter.UrlHandlerFilter;
import tools.jackson.databind.JacksonModule;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.type.LogicalType;

/** What stands before every request. */
@Configuration(proxyBeanMethods = false)
class HttpWiring {
  /** Every path also answers with a slash at its end. */
  @Bean
  FilterRegistrationBean<UrlHandlerFilter> trailingSlashes() {
    return first(UrlHandlerFilter.trailingSlashHandler("/**").wrapRequest().build(), 0);
  }

  @Bean
  FilterRegistrationBean<BodyLimit> bodyLimit(PublishingSettings settings) {
    return first(new BodyLimit(settings.maxPayload().toBytes()), 1);
  }

  @Bean
  JacksonModule durationsInJson() {
    return new SimpleModule("durations")
        .addSerializer(Duration.class, new DurationJson.Writer())
        .addDeserializer(Duration.class, new DurationJson.Reader());
  }

  /** A number is no text: what is stored is what was meant. */
  @Bean
  JsonMapperBuilderCustomizer textsAreTexts() {
    return json ->
        json.withCoercionConfig(
            LogicalType.Textual,
            texts ->
                texts
                    .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail)
                    .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                    .setCoercion(CoercionInputShape.Float, CoercionAction.Fail));
  }

  private static <T extends Filter> FilterRegistrationBean<T> first(T filter, int place) {
    FilterRegistrationBean<T> registration = new FilterRegistrationBean<>(filter);
    registration.setOrder(Ordered.HIGHEST_PRECEDENCE + 10 + place);
    return registration;
  }
}
