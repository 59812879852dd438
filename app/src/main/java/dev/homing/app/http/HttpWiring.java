package dev.homing.app.http;

import java.time.Duration;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.core.StandardHost;
import org.springframework.boot.jackson.autoconfigure.JsonMapperBuilderCustomizer;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.filter.UrlHandlerFilter;
import tools.jackson.core.StreamReadFeature;
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
    FilterRegistrationBean<UrlHandlerFilter> registration =
        new FilterRegistrationBean<>(
            UrlHandlerFilter.trailingSlashHandler("/**").wrapRequest().build());
    registration.setOrder(BodyLimit.ORDER - 1);
    return registration;
  }

  @Bean
  FilterRegistrationBean<BodyLimit> bodyLimit(PayloadSettings payloads, RequestSettings requests) {
    FilterRegistrationBean<BodyLimit> registration =
        new FilterRegistrationBean<>(
            new BodyLimit(payloads.maxPayload().toBytes(), requests.bodyTimeout()));
    registration.setOrder(BodyLimit.ORDER);
    return registration;
  }

  @Bean
  FilterRegistrationBean<AnswerHeaders> answerHeaders() {
    return new FilterRegistrationBean<>(new AnswerHeaders());
  }

  @Bean
  FilterRegistrationBean<RenamedParameters> renamedParameters() {
    FilterRegistrationBean<RenamedParameters> registration =
        new FilterRegistrationBean<>(new RenamedParameters());
    registration.addUrlPatterns("/events/*", "/deliveries/*");
    return registration;
  }

  @Bean
  WebServerFactoryCustomizer<TomcatServletWebServerFactory> container(RequestSettings settings) {
    return tomcat -> {
      tomcat.setProtocol(HeadTimeoutProtocol.class.getName());
      tomcat.addConnectorCustomizers(connector -> customize(connector, settings));
      tomcat.addContextCustomizers(
          context ->
              ((StandardHost) context.getParent())
                  .setErrorReportValveClass(ContainerProblems.class.getName()));
      tomcat.addEngineValves(new UnreadBodyValve());
    };
  }

  private static void customize(Connector connector, RequestSettings settings) {
    HeadTimeoutProtocol protocol = (HeadTimeoutProtocol) connector.getProtocolHandler();
    protocol.setHeadTimeout(settings.headTimeout());
    // Who is refused keeps the body, if it waits to be asked for it (Expect: 100-continue).
    protocol.setContinueResponseTiming("onRead");
    // A form is a payload like any other: nobody reads it before its limit is known.
    connector.setParseBodyMethods("");
  }

  @Bean
  JacksonModule durationsInJson() {
    return new SimpleModule("durations")
        .addSerializer(Duration.class, new DurationJson.Writer())
        .addDeserializer(Duration.class, new DurationJson.Reader());
  }

  /** A number is no text, and a field has one value: what is stored is what was meant. */
  @Bean
  JsonMapperBuilderCustomizer textsAreTexts() {
    return json ->
        json.enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .withCoercionConfig(
                LogicalType.Textual,
                texts ->
                    texts
                        .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail)
                        .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                        .setCoercion(CoercionInputShape.Float, CoercionAction.Fail));
  }
}
